import type { QueueLedger } from '../ledger.ts';
import type { Admission, AdmissionKind, AdmissionRecord } from '../receipts/record.ts';
import type { RedisLink } from './link.ts';
import { loadScripts } from './scripts.ts';
import { settled } from './settled.ts';

/** Entries of one call: each is what one command admitted, a thousand at the most. */
const MOST_A_CALL = 100;
const MOST_CALLS = 5;
const MOST_AT_ONCE = 32;

type Noted = [id: string, [field: string, words: string]][];

/**
 * The record of lines in Redis. Every command that admits notes whom in a stream, in the same step; from there they are
 * moved to the record in the database, and only then forgotten. Whoever dies in between, or does it at the same time as
 * another, tells the record what it knows already.
 */
export function redisAdmissionRecord(
  link: RedisLink,
  ledger: QueueLedger,
  inDatabase: AdmissionRecord,
): AdmissionRecord {
  const scripts = loadScripts();

  async function append(queueId: string): Promise<void> {
    for (let call = 0; call < MOST_CALLS; call++) {
      const noted = (await link.run(scripts.admitted, queueId, [String(MOST_A_CALL)])) as Noted;
      const last = noted.at(-1);
      if (!last) return;
      await ledger.recordAdmissions(
        queueId,
        noted.flatMap(([, [, words]]) => words.split(' ').map(toAdmission)),
      );
      await link.run(scripts.recorded, queueId, [last[0]]);
      if (noted.length < MOST_A_CALL) return;
    }
  }

  return {
    ...inDatabase,
    async append() {
      const queues = await ledger.list();
      for (let from = 0; from < queues.length; from += MOST_AT_ONCE) {
        await settled(queues.slice(from, from + MOST_AT_ONCE).map(append));
      }
    },
  };
}

function toAdmission(words: string): Admission {
  const [ticket, kind, at] = words.split(':');
  return { ticket: Number(ticket), kind: kind as AdmissionKind, admittedAt: new Date(Number(at)) };
}
