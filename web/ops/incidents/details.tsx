import { useEffect } from 'preact/hooks';
import { clockTime, number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useLoaded } from '../../shared/load.ts';
import { useStore } from '../../shared/store.ts';
import { useTexts } from '../texts/index.ts';
import { askOps } from '../token.ts';
import type { Incident } from '../types.ts';
import { Compensate } from './compensate.tsx';
import { Downloads } from './downloads.tsx';
import { Improvements } from './improvements.tsx';

const EVERY_MILLISECONDS = 4_000;

/** One incident: what happened when, whom it hurt, the report, and making good for it. */
export function IncidentDetails({ id, live }: { id: number; live: boolean }) {
  const texts = useTexts();
  const now = useStore(language);
  const { value, refused, again } = useLoaded(
    () => askOps<Incident>(`/ops/api/incidents/${id}?lang=${now}`),
    [id, now, live],
  );
  useEffect(() => {
    if (!live) return;
    const timer = setInterval(again, EVERY_MILLISECONDS);
    return () => clearInterval(timer);
  }, [live, again]);
  if (refused && !value) return <p class="outcome failed">{texts.failed(refused.code)}</p>;
  if (!value) return null;
  return (
    <div class="incident-details">
      <Timeline entries={value.timeline} />
      <div>
        <Impact impact={value.impact} />
        <Downloads id={id} />
        <Improvements key={value.improvements.editedAt} id={id} improvements={value.improvements} onChanged={again} />
        <Compensate id={id} compensations={value.compensations} onChanged={again} />
      </div>
    </div>
  );
}

function Timeline({ entries }: { entries: Incident['timeline'] }) {
  const { incidents: texts } = useTexts();
  const now = useStore(language);
  return (
    <div>
      <h3>{texts.timeline}</h3>
      <ol class="timeline">
        {entries.map(({ at, subject, code, text, reason }, i) => (
          <li key={`${at} ${subject} ${code} ${i}`}>
            <time dateTime={at}>{clockTime(Date.parse(at), now)}</time>
            <p>
              {text}
              {reason !== null && <small>{reason}</small>}
            </p>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Impact({ impact }: { impact: Incident['impact'] }) {
  const { incidents: texts } = useTexts();
  const now = useStore(language);
  const counts = [
    [texts.impact, impact.users],
    [texts.failed, impact.failed],
    [texts.slow, impact.slow],
    [texts.slotEnded, impact.slotEnded],
    [texts.holdEnded, impact.holdEnded],
  ] as const;
  return (
    <dl class="counts">
      {counts.map(([name, count]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{number(count, now)}</dd>
        </div>
      ))}
    </dl>
  );
}
