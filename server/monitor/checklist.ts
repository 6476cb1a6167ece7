import type { Checklist, ChecklistArea } from '../../contract/ops.ts';

export type Status = ChecklistArea['status'];
export type Item = ChecklistArea['items'][number];
export type AreaName = keyof Checklist['areas'];
/** What was found in each area; null where it is not in use. */
export type Findings = Readonly<Record<AreaName, readonly Item[] | null>>;

const SEVERITY: readonly Status[] = ['OFF', 'OK', 'WARN', 'DOWN'];

/** The operators' checklist: each area as bad as its worst item. */
export function checklist(findings: Findings, checkedAt: Date): Checklist {
  const area = (name: AreaName): ChecklistArea => {
    const items = findings[name];
    return items === null ? { status: 'OFF', items: [] } : { status: worst(items), items: [...items] };
  };
  return {
    checkedAt: checkedAt.toISOString(),
    areas: {
      logs: area('logs'),
      redis: area('redis'),
      db: area('db'),
      kafka: area('kafka'),
      scheduler: area('scheduler'),
    },
  };
}

const worst = (items: readonly Item[]): Status =>
  items.reduce<Status>(
    (sofar, { status }) => (SEVERITY.indexOf(status) > SEVERITY.indexOf(sofar) ? status : sofar),
    'OK',
  );

/** An item that is fine up to `warn` and bad above `down`. */
export function measured(name: string, value: number, limits: { warn: number; down?: number }, unit?: string): Item {
  const status = value > (limits.down ?? Number.POSITIVE_INFINITY) ? 'DOWN' : value > limits.warn ? 'WARN' : 'OK';
  return { name, status, value: rounded(value), limit: rounded(limits.warn), ...(unit !== undefined && { unit }) };
}

/** An item to know, without a limit. */
export function told(name: string, value: string | number | boolean | null, unit?: string): Item {
  const shown = typeof value === 'number' ? rounded(value) : value;
  return { name, status: 'OK', value: shown, ...(unit !== undefined && { unit }) };
}

/** What could not be asked. */
export const silent = (): Item => ({ name: 'answers', status: 'DOWN', value: false, limit: true });

const rounded = (value: number) => Math.round(value * 100) / 100;
