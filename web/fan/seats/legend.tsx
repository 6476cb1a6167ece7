import { won } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { useTexts } from '../texts/index.ts';
import { PRICE_COLOURS } from './map/colours.ts';

/** What the marks on the map mean, in the shapes that they have there. */
export function Legend({ prices }: { prices: readonly number[] }) {
  const texts = useTexts();
  const now = useStore(language);
  return (
    <ul class="legend">
      {prices.map((price, rank) => (
        <li key={price}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="8" cy="8" r="6.5" class={`price-${rank % PRICE_COLOURS}`} />
          </svg>
          {won(price, now)}
        </li>
      ))}
      <li>
        <svg viewBox="0 0 16 16" aria-hidden="true" class="mark-held">
          <circle cx="8" cy="8" r="5.6" />
          <path d="M5.4 8h5.2" />
        </svg>
        {texts.seats.legend.held}
      </li>
      <li>
        <svg viewBox="0 0 16 16" aria-hidden="true" class="mark-sold">
          <path d="M5 5l6 6M11 5l-6 6" />
        </svg>
        {texts.seats.legend.sold}
      </li>
      <li>
        <svg viewBox="0 0 16 16" aria-hidden="true" class="mark-mine">
          <circle cx="8" cy="8" r="6.5" />
          <path d="M5 8.2l2.2 2.3L11.2 6" />
        </svg>
        {texts.seats.legend.mine}
      </li>
    </ul>
  );
}
