import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, Sql } from '../../server/db/database.ts';
import type { RecordHead } from '../../server/queue/receipts/record.ts';
import { sqlAdmissionRecord } from '../../server/queue/sql/record.ts';
import { sqlQueueStore } from '../../server/queue/sql/store.ts';
import { Altered, TooOld } from '../../web/shared/receipt-check.ts';
import { PGLITE, POSTGRES, type TestDatabase } from '../support/databases.ts';
import { range, users } from './actors.ts';
import { FRESH, freshQueueId } from './lines.ts';
import { checked, entriesOf, inShort } from './recorded.ts';

// What nobody may do to the record unnoticed, what a crash must not do to it, and how much of it is kept.
describe('the record of admissions in the database', () => {
  let home: TestDatabase;
  beforeAll(async () => {
    home = await (POSTGRES.missing ? PGLITE : POSTGRES).open();
  });
  afterAll(() => home?.dispose());

  async function admitted(count: number): Promise<{ queueId: string; append: () => Promise<void> }> {
    const queueId = freshQueueId();
    const store = sqlQueueStore(home.database, { ...FRESH, cap: 100 });
    for (let i = 1; i <= count; i++) await store.enter([{ userId: `user-${i}`, queueId }]);
    return { queueId, append: () => sqlAdmissionRecord(home.database).append() };
  }

  describe('that somebody changed', () => {
    let queueId: string;
    let head: RecordHead;
    beforeAll(async () => {
      const queue = await admitted(9);
      queueId = queue.queueId;
      await queue.append();
      head = await sqlAdmissionRecord(home.database).head(queueId);
    });

    /** Changes the record, looks at it as everybody does, and takes the change back. */
    async function changed(how: (sql: Sql) => Promise<unknown>, seen: RecordHead[] = []): Promise<unknown> {
      let found: unknown;
      const back = new Error('taken back');
      await home.database
        .transaction(async (sql) => {
          await how(sql);
          const record = sqlAdmissionRecord(sql as Database);
          found = await checked(record, queueId, 5, seen).catch((error) => error);
          throw back;
        })
        .catch((error) => expect(error).toBe(back));
      return found;
    }
    const run = (text: string) => (sql: Sql) =>
      sql.query(`${text.replace('WHERE', 'WHERE queue_id = $1 AND')}`, [queueId]);

    it.each([
      ['another ticket', 'UPDATE admission_record SET ticket = 77 WHERE n = 4'],
      ['another time', "UPDATE admission_record SET admitted_at = admitted_at - interval '1 s' WHERE n = 4"],
      ['another reason', "UPDATE admission_record SET kind = 'PRIORITISED' WHERE n = 4"],
      ['another hash', "UPDATE admission_record SET hash = repeat('a', 64) WHERE n = 4"],
      ['an entry less', 'DELETE FROM admission_record WHERE n = 4'],
      ['another order', 'UPDATE admission_record SET ticket = 9 - ticket WHERE n IN (4, 5)'],
    ])('is found out: %s', async (_, text) => {
      expect(await changed(run(text))).toBeInstanceOf(Altered);
    });

    it('is found out by who saw its end, though it was made anew from there', async () => {
      const anew = async (sql: Sql) => {
        const entries = await entriesOf(sqlAdmissionRecord(sql as Database), queueId);
        await run('DELETE FROM admission_record WHERE true')(sql);
        await run('DELETE FROM admission_heads WHERE true')(sql);
        await sql.query('SELECT jari_queue_record($1, $2, $3, $4)', [
          queueId,
          entries.map(({ ticket }) => (ticket === 9 ? 99 : ticket)),
          entries.map(({ admittedAt }) => admittedAt),
          entries.map(({ kind }) => kind),
        ]);
      };
      expect(await changed(anew)).toMatchObject({ upTo: 9, later: { unexplained: 0 } });
      expect(await changed(anew, [head])).toBeInstanceOf(Altered);
    });

    it('is found out by who saw more of it', async () => {
      const shorter = async (sql: Sql) => {
        await run('DELETE FROM admission_record WHERE n > 6')(sql);
        await run(`UPDATE admission_heads SET n = 6 WHERE true`)(sql);
      };
      expect(await changed(shorter)).toMatchObject({ upTo: 6 });
      expect(await changed(shorter, [head])).toBeInstanceOf(Altered);
    });
  });

  it('has everybody once after whoever appended died in the middle of it', async () => {
    const { queueId, append } = await admitted(8);
    await home.database.query(
      `CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN IF NEW.queue_id = '${queueId}' AND NEW.n = 5 THEN RAISE 'died'; END IF; RETURN NEW; END $$`,
    );
    await home.database.query(
      'CREATE TRIGGER dies BEFORE INSERT ON admission_record FOR EACH ROW EXECUTE FUNCTION dies()',
    );
    await expect(append()).rejects.toThrow('died');
    const record = sqlAdmissionRecord(home.database);
    expect(await record.head(queueId)).toMatchObject({ n: 0 });
    await home.database.query('DROP TRIGGER dies ON admission_record');
    await Promise.all([append(), append()]);
    await append();
    expect(inShort(await entriesOf(record, queueId))).toEqual(range(1, 8));
    expect(await home.database.query('SELECT FROM admitted_batches')).toEqual([]);
  });

  it('is kept for a while, and what is left can still be checked', async () => {
    const { queueId, append } = await admitted(20);
    await append();
    const whole = await entriesOf(sqlAdmissionRecord(home.database), queueId);
    const record = sqlAdmissionRecord(home.database, home.database, { days: 30, entries: 12 });
    await record.sweep();
    expect(inShort(await entriesOf(record, queueId))).toEqual(range(9, 20));
    expect((await record.page(queueId, 0)).after).toEqual({ n: 8, hash: whole[7]?.hash });
    const [third, twelfth] = [whole[2], whole[11]] as [RecordHead, RecordHead];
    expect(await checked(record, queueId, 15, [twelfth])).toMatchObject({ from: 9, before: 6, mine: { n: 15 } });
    await expect(checked(record, queueId, 15, [third])).rejects.toThrow(TooOld);
    await home.database.query(
      `UPDATE admission_record SET admitted_at = admitted_at - interval '31 days' WHERE queue_id = $1 AND n <= 18`,
      [queueId],
    );
    await record.sweep();
    expect((await record.page(queueId, 0)).after.n).toBe(18);
  });

  it('is of no use to know users by', async () => {
    const { queueId, append } = await admitted(3);
    await append();
    const all = JSON.stringify(await entriesOf(sqlAdmissionRecord(home.database), queueId));
    for (const user of users(3)) expect(all).not.toContain(user);
  });
});
