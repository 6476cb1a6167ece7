import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { explained, isSigned, read } from '../../scripts/verify-receipt.ts';
import { ReceiptKeys } from '../../server/identity/receipt-keys.ts';
import type { AdmissionKind } from '../../server/queue/receipts/record.ts';
import { Altered, check } from '../../web/shared/receipt-check.ts';
import type { RecordEntry } from '../../web/shared/types.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const AT = '2026-11-27T20:00:00.000Z';

/** A record of these, as plainly as it can be said: a ticket whose turn it was, or why it was let in. */
function recordOf(...said: (number | [number, AdmissionKind])[]): RecordEntry[] {
  const entries: RecordEntry[] = [];
  for (const one of said) {
    const [ticket, kind] = Array.isArray(one) ? one : [one, 'IN_TURN' as const];
    const n = entries.length + 1;
    const before = entries.at(-1)?.hash ?? sha256('q');
    entries.push({ n, ticket, admittedAt: AT, kind, hash: sha256(`${before}:${n}:${ticket}:${AT}:${kind}`) });
  }
  return entries;
}

/** What a ticket finds in a record that is read two entries at a time. */
function found(entries: readonly RecordEntry[], ticket: number, heldAt = 0, from = 0) {
  const headOf = (n: number) => ({ n, hash: entries[n - 1]?.hash ?? sha256('q') });
  const page = async (after: number) => ({
    after: headOf(after),
    items: entries.slice(after, after + 2),
    head: headOf(entries.length),
  });
  return check({ queueId: 'q', ticket, seen: [headOf(heldAt)], heldAt }, from, page);
}
const none = { prioritised: 0, afterLoss: 0, perhapsLeft: 0, unexplained: 0 };

describe('a ticket in the record', () => {
  it('finds those who were let in before it, and stops looking there', async () => {
    const entries = recordOf(1, 2, 3, 4, 5, 6, 7, 8);
    expect(await found(entries, 4)).toMatchObject({ before: 3, later: none, mine: { n: 4 }, upTo: 4 });
    expect(await found(entries, 4, 2, 2)).toMatchObject({ before: 1, later: none, from: 3 });
    expect(await found(entries, 4, 7)).toMatchObject({ before: 3, upTo: 8 });
  });

  it('finds out who came later and was let in first', async () => {
    expect((await found(recordOf(1, 5, 6, 4, 7), 4)).later).toEqual({ ...none, unexplained: 2 });
    expect((await found(recordOf(1, [5, 'PRIORITISED'], 4), 4)).later).toEqual({ ...none, prioritised: 1 });
  });

  it('is told from one that was given up only as far as it was seen waiting', async () => {
    expect((await found(recordOf(1, 2, 5, 6, 7), 4, 2)).later).toEqual({ ...none, perhapsLeft: 3 });
    expect((await found(recordOf(1, 2, 5, 6, 7), 4, 4)).later).toEqual({ ...none, perhapsLeft: 1, unexplained: 2 });
  });

  it('takes lost data for a reason only from then on, and only for a place that was given back', async () => {
    const lost: [number, AdmissionKind] = [0, 'DATA_LOST'];
    expect((await found(recordOf(1, lost, 5, [4, 'RETURNED']), 4)).later).toEqual({ ...none, afterLoss: 1 });
    expect((await found(recordOf(1, 5, lost, [4, 'RETURNED']), 4)).later).toEqual({ ...none, unexplained: 1 });
    expect((await found(recordOf(1, lost, 5, 4), 4)).later).toEqual({ ...none, unexplained: 1 });
    expect(await found(recordOf(1, lost, [4, 'RETURNED']), 4)).toMatchObject({ before: 1, lostAt: [AT] });
  });

  it('is not fooled by the record of another line', async () => {
    const page = async () => ({
      after: { n: 0, hash: sha256('other') },
      items: [],
      head: { n: 0, hash: sha256('other') },
    });
    await expect(check({ queueId: 'q', ticket: 1, seen: [], heldAt: 0 }, 0, page)).rejects.toThrow(Altered);
  });

  it('misses an entry that was left out before the record was made', async () => {
    const [first] = recordOf(1) as [RecordEntry];
    const third = { n: 3, ticket: 2, admittedAt: AT, kind: 'IN_TURN' as const };
    const hash = sha256(`${first.hash}:3:2:${AT}:IN_TURN`);
    await expect(found([first, { ...third, hash }], 2)).rejects.toThrow('entry 2 is missing');
  });

  it('is told in words, and by how the program ends', async () => {
    const codes = [recordOf(1, 2), recordOf(1, [3, 'PRIORITISED'], 2), recordOf(3, 2), recordOf(3)].map(
      async (entries) => {
        const { lines, code } = explained(await found(entries, 2));
        return [code, lines.at(-1)];
      },
    );
    expect(await Promise.all(codes)).toEqual([
      [0, expect.stringMatching('^nobody with a later ticket')],
      [0, expect.stringMatching('^nobody with a later ticket')],
      [1, expect.stringMatching('^BROKEN: 1 with later tickets')],
      [2, expect.stringMatching('^1 with later tickets went in since')],
    ]);
  });
});

describe('the signature of a receipt', () => {
  const said = {
    queueId: 'q',
    ticket: 4,
    status: 'WAITING',
    issuedAt: AT,
    head: { n: 0, hash: sha256('q') },
    commitment: null,
  };

  it('is good for what was signed, and nothing else', () => {
    const keys = new ReceiptKeys('secret');
    const receipt = keys.sign(said);
    expect(read(receipt)).toEqual(said);
    expect(isSigned(receipt, keys.published)).toBe(true);
    const [header, , signature] = receipt.split('.');
    const other = Buffer.from(JSON.stringify({ ...said, ticket: 3 })).toString('base64url');
    expect(isSigned(`${header}.${other}.${signature}`, keys.published)).toBe(false);
    expect(isSigned(receipt.slice(0, -6), keys.published)).toBe(false);
    expect([read('nothing'), isSigned('nothing', keys.published)]).toEqual([null, false]);
  });

  it('stays good while one secret gives way to another, and is the same in every process', () => {
    const receipt = new ReceiptKeys('old').sign(said);
    expect(receipt).toBe(new ReceiptKeys('old', ['new']).sign(said));
    expect(isSigned(receipt, new ReceiptKeys('new', ['old']).published)).toBe(true);
    expect(isSigned(receipt, new ReceiptKeys('new').published)).toBeNull();
  });
});
