import { useEffect, useState } from 'preact/hooks';
import { clockTime } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { useTexts } from '../texts/index.ts';
import { askOps } from '../token.ts';
import type { Checklist, ChecklistArea } from '../types.ts';

const EVERY_MILLISECONDS = 5_000;
const AREAS = ['logs', 'redis', 'db', 'kafka', 'scheduler'] as const;
/** The status is told by its mark and its word, not by its colour alone. */
const MARKS = { OK: '●', WARN: '▲', DOWN: '■', OFF: '○' };

/** The seed's checklist: five areas, each as bad as its worst item. */
export function ChecklistBox() {
  const texts = useTexts().checklist;
  const now = useStore(language);
  const checked = useChecklist();
  return (
    <section class="box" aria-labelledby="checklist-title">
      <div class="box-head">
        <h2 id="checklist-title">{texts.title}</h2>
        {checked && <time class="quiet">{clockTime(Date.parse(checked.checkedAt), now)}</time>}
      </div>
      <ul class="areas">
        {AREAS.map((name) => checked && <Area key={name} name={texts.areas[name]} area={checked.areas[name]} />)}
      </ul>
    </section>
  );
}

function Area({ name, area }: { name: string; area: ChecklistArea }) {
  const texts = useTexts().checklist;
  const troubled = area.items.filter(({ status }) => status === 'WARN' || status === 'DOWN');
  return (
    <li class={`area ${area.status.toLowerCase()}`}>
      <details>
        <summary>
          <span class="mark" aria-hidden="true">
            {MARKS[area.status]}
          </span>
          <strong>{name}</strong>
          <span>{area.status === 'OFF' ? texts.off : texts.status[area.status]}</span>
        </summary>
        <Items items={area.items} />
      </details>
      {troubled.length > 0 && <Items items={troubled} />}
    </li>
  );
}

function Items({ items }: { items: ChecklistArea['items'] }) {
  const texts = useTexts().checklist;
  return (
    <ul class="items">
      {items.map(({ name, status, value, unit, limit }) => (
        <li key={name} class={status.toLowerCase()}>
          <span class="mark" aria-hidden="true">
            {MARKS[status]}
          </span>
          <span>{name}</span>
          <span class="value">
            {shown(value)}
            {unit && value !== null ? ` ${unit}` : ''}
            {limit != null && <small> {texts.limit(shown(limit))}</small>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function shown(value: string | number | boolean | null): string {
  if (value === null) return '–';
  if (typeof value !== 'number') return String(value);
  return Number.isInteger(value)
    ? value.toLocaleString()
    : value.toLocaleString(undefined, { maximumFractionDigits: 3 });
}

function useChecklist(): Checklist | null {
  const [checked, setChecked] = useState<Checklist | null>(null);
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      const found = await askOps<Checklist>('/ops/api/checklist').catch(() => null);
      if (over) return;
      if (found) setChecked(found);
      timer = setTimeout(look, EVERY_MILLISECONDS);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, []);
  return checked;
}
