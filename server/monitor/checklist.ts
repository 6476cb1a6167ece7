import type { Checklist, ChecklistArea } from '../../contract/ops.ts';

export type Status = ChecklistArea['status'];
export type Item = ChecklistArea['items'][number];
/** Looks at one area now. */
export type Probe = () => Promise<Item[]>;
export type AreaName = keyof Checklist['areas'];

const SEVERITY: readonly Status[] = ['OFF', 'OK', 'WARN', 'DOWN'];

/** The operators' checklist: each area as bad as its worst item; an area without a probe is not in use. */
export async function checklist(probes: Partial<Record<AreaName, Probe>>, now = new Date()): Promise<Checklist> {
  const area = async (name: AreaName): Promise<ChecklistArea> => {
    const probe = probes[name];
    if (!probe) return { status: 'OFF', items: [] };
    try {
      const items = await probe();
      return { status: worst(items), items };
    } catch {
      return { status: 'DOWN', items: [{ name: 'answers', status: 'DOWN', value: false }] };
    }
  };
  const [logs, redis, db, kafka, scheduler] = (await Promise.all(
    (['logs', 'redis', 'db', 'kafka', 'scheduler'] as const).map(area),
  )) as [ChecklistArea, ChecklistArea, ChecklistArea, ChecklistArea, ChecklistArea];
  return { checkedAt: now.toISOString(), areas: { logs, redis, db, kafka, scheduler } };
}

const worst = (items: readonly Item[]): Status =>
  items.reduce<Status>(
    (sofar, { status }) => (SEVERITY.indexOf(status) > SEVERITY.indexOf(sofar) ? status : sofar),
    'OK',
  );

/** An item that is fine up to `warn` and bad above `down`. */
export function measured(name: string, value: number, limits: { warn: number; down?: number }, unit?: string): Item {
  const status = value > (limits.down ?? Number.POSITIVE_INFINITY) ? 'DOWN' : value > limits.warn ? 'WARN' : 'OK';
  return { name, status, value, limit: limits.warn, ...(unit !== undefined && { unit }) };
}
