import { useEffect, useState } from 'preact/hooks';
import { Refused } from '../../shared/api.ts';
import { countdown, localDateTime, number } from '../../shared/format.ts';
import { type Language, language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { useTexts } from '../texts/index.ts';
import { askOps } from '../token.ts';
import type { IncidentSummary } from '../types.ts';
import { IncidentDetails } from './details.tsx';

const EVERY_MILLISECONDS = 5_000;
const SHOWN = 20;

/** What went wrong and what jari did about it, newest first. Nothing where this jari has no incidents. */
export function Incidents() {
  const { incidents: texts } = useTexts();
  const now = useStore(language);
  const items = useIncidents(now);
  if (items === null) return null;
  return (
    <section class="box" aria-labelledby="incidents-title">
      <h2 id="incidents-title">{texts.title}</h2>
      {items.length === 0 && <p class="quiet">{texts.none}</p>}
      <ul class="incidents">
        {items.slice(0, SHOWN).map((incident) => (
          <IncidentRow key={incident.id} incident={incident} />
        ))}
      </ul>
    </section>
  );
}

function IncidentRow({ incident }: { incident: IncidentSummary }) {
  const { incidents: texts } = useTexts();
  const now = useStore(language);
  const [open, setOpen] = useState(false);
  const { id, status, kinds, beganAt, durationSeconds, affectedUsers, loweredCaps, summary } = incident;
  return (
    <li class={status === 'OPEN' ? 'incident down' : 'incident off'}>
      <div class="incident-head">
        <p>
          <span class="mark" aria-hidden="true">
            {status === 'OPEN' ? '■' : '○'}
          </span>{' '}
          <strong>
            #{id} {kinds.map((kind) => texts.kinds[kind]).join(', ')}
          </strong>{' '}
          <span class="quiet">
            {texts.status[status]} · {texts.began(localDateTime(beganAt, now))} ·{' '}
            {texts.lasted(countdown(durationSeconds * 1_000))} · {texts.affected(number(affectedUsers, now))}
          </span>
        </p>
        <button type="button" class="button quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {texts.show}
        </button>
      </div>
      <p>{summary}</p>
      {loweredCaps.map(({ queueId, own, now: cap }) => (
        <p key={queueId} class="lowered">
          {texts.lowered(queueId, number(cap, now), number(own, now))}
        </p>
      ))}
      {open && <IncidentDetails id={id} live={status === 'OPEN'} />}
    </li>
  );
}

/** Asked for every five seconds; null where there is no such thing, and until it is known. */
function useIncidents(now: Language): IncidentSummary[] | null {
  const [items, setItems] = useState<IncidentSummary[] | null>(null);
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      const path = `/ops/api/incidents?lang=${now}`;
      const found = await askOps<{ items: IncidentSummary[] }>(path).catch((error: Refused) => error);
      if (over) return;
      if (!(found instanceof Refused)) setItems(found.items);
      else if (found.code === 'NOT_FOUND') return;
      timer = setTimeout(look, EVERY_MILLISECONDS);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [now]);
  return items;
}
