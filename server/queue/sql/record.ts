import { createHash } from 'node:crypto';
import type { Database, Row } from '../../db/database.ts';
import type { Admission, AdmissionKind, AdmissionRecord, RecordHead } from '../receipts/record.ts';
import { MOST_A_PAGE } from '../receipts/record.ts';

/** So long, and so many of a queue, entries are kept. */
const KEPT = { days: 30, entries: 1_000_000 };
/** Admissions of one call, some tens of milliseconds, and calls of one round: others get a turn between them. */
const MOST_A_CALL = 1_000;
const MOST_CALLS = 5;

interface EntryRow extends Row {
  n: number;
  ticket: number;
  admitted_at: Date;
  kind: AdmissionKind;
  hash: string;
}

const HEAD = 'SELECT n, hash FROM admission_heads WHERE queue_id = $1';

/**
 * The record in the database, of lines in the database.
 * @param background the same database, for what nobody waits for
 */
export function sqlAdmissionRecord(database: Database, background = database, kept = KEPT): AdmissionRecord {
  const first = (queueId: string): RecordHead => ({ n: 0, hash: createHash('sha256').update(queueId).digest('hex') });
  const head = async (queueId: string) => {
    const [found] = await database.query<RecordHead & Row>(HEAD, [queueId]);
    return found ?? first(queueId);
  };
  return {
    async append() {
      for (let call = 0; call < MOST_CALLS; call++) {
        const text = 'SELECT jari_queue_record_admitted($1) AS moved';
        const [row] = await background.query<{ moved: number }>(text, [MOST_A_CALL]);
        if ((row?.moved ?? 0) < MOST_A_CALL) return;
      }
    },
    head,
    async page(queueId, after) {
      const text = 'SELECT * FROM jari_queue_admissions($1, $2, $3)';
      const rows = await database.query<EntryRow>(text, [queueId, after, MOST_A_PAGE]);
      const items = rows.map(toEntry);
      const [before] = items;
      if (!before) return { after: await head(queueId), items: [] };
      // Nothing comes before the first entry but the queue's id.
      if (after === 0 && before.n === 1) return { after: first(queueId), items: items.slice(0, MOST_A_PAGE) };
      return { after: { n: before.n, hash: before.hash }, items: items.slice(1) };
    },
    async sweep() {
      const text = 'SELECT jari_queue_sweep_record(make_interval(days => $1), $2)';
      await background.query(text, [kept.days, kept.entries]);
    },
  };
}

/** Appends admissions that a store elsewhere has noted, in their order; those that are there already are passed over. */
export async function recordAdmissions(database: Database, queueId: string, admitted: readonly Admission[]) {
  await database.query('SELECT jari_queue_record($1, $2, $3, $4)', [
    queueId,
    admitted.map(({ ticket }) => ticket),
    admitted.map(({ admittedAt }) => admittedAt.toISOString()),
    admitted.map(({ kind }) => kind),
  ]);
}

const toEntry = ({ n, ticket, admitted_at, kind, hash }: EntryRow) => ({
  n,
  ticket,
  admittedAt: admitted_at,
  kind,
  hash,
});
