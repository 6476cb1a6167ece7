import type { AdmissionRecord } from '../../server/queue/receipts/record.ts';
import { check, type Found } from '../../web/shared/receipt-check.ts';
import type { RecordEntry, RecordHead, RecordPage } from '../../web/shared/types.ts';

/** Pages of a record, as everybody reads them. */
export const pagesOf =
  (record: AdmissionRecord, queueId: string) =>
  async (after: number): Promise<RecordPage> => {
    const page = await record.page(queueId, after);
    const items = page.items.map((item) => ({ ...item, admittedAt: item.admittedAt.toISOString() }));
    return { after: page.after, items, head: await record.head(queueId) };
  };

/** What a ticket finds in the record, all of it checked; -1 is nobody's. */
export const checked = (
  record: AdmissionRecord,
  queueId: string,
  ticket = -1,
  seen: readonly RecordHead[] = [],
): Promise<Found> => check({ queueId, ticket, seen, heldAt: seen[0]?.n ?? 0 }, 0, pagesOf(record, queueId));

/** All entries, in order, after they have been checked. */
export async function entriesOf(record: AdmissionRecord, queueId: string): Promise<RecordEntry[]> {
  await checked(record, queueId);
  const entries: RecordEntry[] = [];
  for (;;) {
    const { items } = await pagesOf(record, queueId)(entries.at(-1)?.n ?? 0);
    if (items.length === 0) return entries;
    entries.push(...items);
  }
}

/** The record in short: tickets, with the kind where it says more than that it was their turn. */
export const inShort = (entries: readonly RecordEntry[]): (number | string)[] =>
  entries.map(({ ticket, kind }) => (kind === 'IN_TURN' ? ticket : `${ticket} ${kind}`));
