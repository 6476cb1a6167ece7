/** The colours of the map, read from the style sheet, so that light and dark are decided in one place. */
export interface Colours {
  /** By rank of price, the dearest first. */
  prices: string[];
  held: string;
  sold: string;
  section: string;
  stage: string;
  ink: string;
  muted: string;
  accent: string;
  ground: string;
  /** The page's font. */
  font: string;
}

export const PRICE_COLOURS = 5;

export function readColours(within: HTMLElement): Colours {
  const probe = document.createElement('i');
  within.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    prices: Array.from({ length: PRICE_COLOURS }, (_, i) => read(`price-${i}`)),
    held: read('seat-held'),
    sold: read('seat-sold'),
    section: read('map-section'),
    stage: read('map-stage'),
    ink: read('ink'),
    muted: read('muted'),
    accent: read('accent'),
    ground: read('map-ground'),
    font: getComputedStyle(within).fontFamily,
  };
  probe.remove();
  return colours;
}

export const priceColour = ({ prices }: Colours, rank: number): string => prices[rank % PRICE_COLOURS] as string;
