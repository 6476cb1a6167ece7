// The audit of the line: a lowered cap drains and is no violation, one user too many is.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineAuditor } from '../../server/monitor/audit.ts';
import { linesOf } from '../../server/monitor/sql/lines.ts';
import { sqlQueueStore } from '../../server/queue/sql/store.ts';
import { DATABASES, type TestDatabase } from '../support/databases.ts';

describe.each(DATABASES)('the audit of lines on $name', (target) => {
  let open: TestDatabase;
  beforeAll(async () => {
    if (!target.missing) open = await target.open();
  });
  afterAll(() => open?.dispose());

  async function audited(queueId: string) {
    const store = sqlQueueStore(open.database, { cap: 3, activeSeconds: 600, noShowSeconds: 600 });
    const figures = async (id: string) => (id === queueId ? ((await store.stats([id]))[0] ?? null) : null);
    const audit = async () => (await lineAuditor(linesOf(open.database, figures))())[0]?.ok;
    await store.enter(['a', 'b', 'c', 'd'].map((userId) => ({ userId, queueId })));
    return { store, audit };
  }
  /** As no command of the line would do it. */
  const smuggleIn = (queueId: string) =>
    open.database.query(
      `UPDATE places SET status = 'ACTIVE', active_at = clock_timestamp(), expires_at = clock_timestamp() + interval '1 hour'
       WHERE queue_id = $1 AND status = 'WAITING'`,
      [queueId],
    );

  it.skipIf(target.missing)('notices one user too many, at any cap', async () => {
    const { store, audit } = await audited('crowded');
    expect(await audit()).toBe(true);
    await smuggleIn('crowded');
    expect(await audit()).toBe(false);
    await store.configure('crowded', { cap: 2 });
    expect(await audit()).toBe(false);
  });

  it.skipIf(target.missing)('lets a lowered cap drain, as long as slots given before can last', async () => {
    const { store, audit } = await audited('draining');
    await store.configure('draining', { cap: 2 });
    await store.configure('draining', { cap: 1 });
    expect(await audit()).toBe(true);
    await open.database.query(`UPDATE draining_caps SET until = clock_timestamp() WHERE queue_id = 'draining'`);
    expect(await audit()).toBe(false);
  });

  it.skipIf(target.missing)('knows that slots keep their length when it is lowered before the cap is', async () => {
    const { store, audit } = await audited('shortened');
    await store.configure('shortened', { activeSeconds: 1 });
    await store.configure('shortened', { cap: 0 });
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(await audit()).toBe(true);
  });

  it.skipIf(target.missing)('knows the caps of a line in Redis, too', async () => {
    const { database } = open;
    await database.query(`INSERT INTO queue_ledger (queue_id, cap, state, active_seconds, no_show_seconds, release_on_confirm)
      VALUES ('elsewhere', 50, 'OPEN', 300, 60, false)`);
    await database.query(`UPDATE queue_ledger SET cap = 30 WHERE queue_id = 'elsewhere'`);
    const figures = async (queueId: string) => (queueId === 'elsewhere' ? { queueId, cap: 30, active: 50 } : null);
    const [facts] = await linesOf(database, figures)();
    expect(facts).toEqual({ queueId: 'elsewhere', cap: 30, active: 50, ceiling: 50 });
  });
});
