import { useState } from 'preact/hooks';
import { clockTime } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { useTexts } from '../texts/index.ts';
import { askOps } from '../token.ts';
import type { Audit } from '../types.ts';
import { useDoing } from './outcome.tsx';

/** Whether every invariant holds. It reads whole tables, so it is looked at when somebody asks. */
export function AuditBox() {
  const texts = useTexts().audit;
  const now = useStore(language);
  const [found, setFound] = useState<{ audit: Audit; at: number } | null>(null);
  const doing = useDoing();
  const look = () =>
    doing.run(async () => {
      setFound({ audit: await askOps<Audit>('/ops/api/audit', { timeoutSeconds: 60 }), at: Date.now() });
      return '';
    });
  return (
    <section class="box" aria-labelledby="audit-title">
      <div class="box-head">
        <h2 id="audit-title">{texts.title}</h2>
        <button type="button" class="button quiet" disabled={doing.busy} onClick={look}>
          {doing.busy ? texts.running : texts.run}
        </button>
      </div>
      {!found && <p class="quiet">{texts.never}</p>}
      {found && (
        <>
          <p class={found.audit.ok ? 'verdict ok' : 'verdict down'} role="status">
            <span aria-hidden="true">{found.audit.ok ? '●' : '■'}</span> {found.audit.ok ? texts.ok : texts.broken}{' '}
            <small>{texts.at(clockTime(found.at, now))}</small>
          </p>
          <ul class="items">
            {found.audit.checks.map(({ name, ok, detail }) => (
              <li key={name} class={ok ? 'ok' : 'down'}>
                <span class="mark" aria-hidden="true">
                  {ok ? '●' : '■'}
                </span>
                <span>{name}</span>
                <span class="value">{detail}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {doing.line}
    </section>
  );
}
