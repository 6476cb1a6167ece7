import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { useDoing } from '../parts/outcome.tsx';
import { useTexts } from '../texts/index.ts';
import { sendOps } from '../token.ts';

const KINDS = [
  { name: 'html', path: 'report', accept: 'text/html', file: 'report.html' },
  { name: 'markdown', path: 'report', accept: 'text/markdown', file: 'report.md' },
  { name: 'csv', path: 'affected-users', accept: 'text/csv', file: 'affected-users.csv' },
] as const;

/** The report and the users as files: a link could not carry the operators' token. */
export function Downloads({ id }: { id: number }) {
  const { incidents: texts } = useTexts();
  const now = useStore(language);
  const doing = useDoing();
  const download = ({ path, accept, file }: (typeof KINDS)[number]) =>
    doing.run(async () => {
      const query = path === 'report' ? `?lang=${now}` : '';
      const answer = await sendOps(`/ops/api/incidents/${id}/${path}${query}`, { accept });
      save(await answer.blob(), `incident-${id}-${file}`);
      return '';
    });
  return (
    <div>
      <h3>{texts.downloads}</h3>
      <p class="row-of-buttons">
        {KINDS.map((kind) => (
          <button
            key={kind.name}
            type="button"
            class="button quiet"
            disabled={doing.busy}
            onClick={() => download(kind)}
          >
            {texts[kind.name]}
          </button>
        ))}
      </p>
      {doing.line}
    </div>
  );
}

function save(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
