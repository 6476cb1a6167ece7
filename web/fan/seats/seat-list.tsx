import { useMemo, useState } from 'preact/hooks';
import { number, won } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { useTexts } from '../texts/index.ts';
import type { Seats } from './use-seats.ts';
import type { Section } from './venue/venue.ts';

interface SeatListProps {
  seats: Seats;
  mine: readonly number[];
  onSeat: (index: number) => void;
  onArea: (section: number) => void;
  /** Seats of the open section as buttons; without, choosing a section is all it does. */
  withSeats: boolean;
}

/** The sections with what is left of each, and their seats as buttons: the map, for keyboards and screen readers. */
export function SeatList({ seats, mine, onSeat, onArea, withSeats }: SeatListProps) {
  const texts = useTexts();
  const now = useStore(language);
  const [open, setOpen] = useState<number | null>(null);
  return (
    <ul class="sections" aria-label={texts.seats.sections}>
      {seats.venue.sections.map((section, nth) => {
        const left = seats.left[nth] ?? 0;
        const expands = withSeats && section.kind === 'SEAT';
        return (
          <li key={section.name}>
            <button
              type="button"
              class="section-row"
              disabled={left === 0 && !expands}
              {...(expands && { 'aria-expanded': open === nth })}
              onClick={() => (expands ? setOpen(open === nth ? null : nth) : onArea(nth))}
            >
              <span class={`swatch price-${section.priceRank % 5}`} aria-hidden="true" />
              <strong>
                {section.kind === 'STANDING' ? texts.seats.standing(section.name) : texts.seats.section(section.name)}
              </strong>
              <span>{won(section.price, now)}</span>
              <span class={left > 0 ? 'section-left' : 'section-left none'}>
                {left > 0 ? texts.seats.left(number(left, now)) : texts.seats.none}
              </span>
            </button>
            {expands && open === nth && <Rows section={section} states={seats.states} mine={mine} onSeat={onSeat} />}
          </li>
        );
      })}
    </ul>
  );
}

interface RowsProps {
  section: Section;
  states: string;
  mine: readonly number[];
  onSeat: (index: number) => void;
}

function Rows({ section, states, mine, onSeat }: RowsProps) {
  const texts = useTexts();
  const rows = useMemo(() => Map.groupBy(section.seats, ({ row }) => row), [section]);
  const saying = { '0': texts.seats.legend.free, '1': texts.seats.legend.held, '2': texts.seats.legend.sold };
  return (
    <div class="rows">
      {[...rows.entries()].map(([row, own]) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset for each row of a venue would be announced at every seat
        <div class="row" role="group" key={row} aria-label={texts.seats.row(String(row))}>
          <span class="row-name" aria-hidden="true">
            {row}
          </span>
          {own.map(({ index, number: seat }) => {
            const state = (states[index] ?? '0') as '0' | '1' | '2';
            const says = mine.includes(index) ? texts.seats.legend.mine : saying[state];
            return (
              <button
                type="button"
                key={index}
                class={`seat-button state-${mine.includes(index) ? 'mine' : state}`}
                disabled={state !== '0'}
                aria-label={`${texts.seats.seatLabel(section.name, String(row), String(seat))}, ${says}`}
                onClick={() => onSeat(index)}
              >
                {seat}
              </button>
            );
          })}
        </div>
      ))}
    </div>
  );
}
