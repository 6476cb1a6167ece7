import fc, { type AsyncCommand } from 'fast-check';
import { expect } from 'vitest';
import type { EnterRequest, LeaveRequest, Place, QueueSettings } from '../../server/queue/store.ts';
import type { Line } from './lines.ts';
import { of, type QueueModel } from './model.ts';

/**
 * All that happens, happens on a grid of this step; and no length of time below is within 30 s of a multiple of it: so
 * the real seconds that a test takes never decide anything.
 */
const STEP_SECONDS = 210;
const ACTIVE_SECONDS = [3_000, 1_200];
const NO_SHOW_SECONDS = [900, 450];
/** Who takes part in a run, how many of them at once, and the caps that operators set. */
export interface Population {
  users: readonly string[];
  least: number;
  most: number;
  caps: fc.Arbitrary<number>;
}
const SEVEN = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const A_FEW: Population = { users: SEVEN, least: 1, most: 5, caps: fc.integer({ min: 0, max: 5 }) };
const QUEUES = [0, 1];
const SEEDS = ['c0ffee', 'decade'].map((digits) => digits.padEnd(64, '0'));
const TOLERANCE_SECONDS = 25;

/** The queues of one run: their ids on the line under test, and what they should be. */
export interface Expected {
  queueIds: string[];
  models: QueueModel[];
  /** Everybody who takes part; seven without it. */
  users?: readonly string[];
}
type Command = AsyncCommand<Expected, Line>;

/** A request as it is generated: a queue is an index. */
interface Who {
  userId: string;
  queue: number;
}

export const commands = ({ users, least, most, caps } = A_FEW): fc.Arbitrary<Iterable<Command>> => {
  const queue = fc.constantFrom(...QUEUES);
  const who = fc.record({ userId: fc.constantFrom(...users), queue });
  const crowd = fc.array(who, { minLength: least, maxLength: most });
  const patch = fc.record<Partial<Omit<QueueSettings, 'queueId'>>>(
    {
      cap: caps,
      state: fc.constantFrom('OPEN', 'OPEN', 'PAUSED', 'PRE_QUEUE'),
      activeSeconds: fc.constantFrom(...ACTIVE_SECONDS),
      noShowSeconds: fc.constantFrom(...NO_SHOW_SECONDS),
      releaseOnConfirm: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const preQueue = patch.map((change) => ({ ...change, state: 'PRE_QUEUE' as const }));
  const drawn = fc.tuple(queue, preQueue, fc.constantFrom(...SEEDS));
  const leaving = fc.array(fc.tuple(who, fc.constantFrom('any', 'present', 'stale', 'none')), {
    minLength: least,
    maxLength: most,
  });
  const steps = fc.constantFrom(1, 1, 2, 3, 5, 15, -1, -4);
  return fc.commands(
    [
      crowd.map((users) => command('enter', users, enter(users, true))),
      crowd.map((users) => command('enter', users, enter(users, true))),
      crowd.map((users) => command('enter in a storm', users, enter(users, false))),
      crowd.map((users) => command('prioritise', users, prioritise(users))),
      crowd.map((users) => command('ask', users, ask(users))),
      leaving.map((users) => command('leave', users, leave(users))),
      queue.map((index) => command('tick', index, tick(index))),
      steps.chain((n) => queue.map((index) => command('age', [index, n], age(index, n * STEP_SECONDS)))),
      fc.tuple(queue, patch).map(([index, change]) => command('configure', [index, change], configure(index, change))),
      drawn.map(([index, change, seed]) => command('draw', [index, change, seed], configure(index, change, seed))),
      queue.map((index) => command('open', index, configure(index, { state: 'OPEN' }))),
    ],
    { maxCommands: 60, size: 'max' },
  );
};

function command(name: string, what: unknown, act: (expected: Expected, line: Line) => Promise<void>): Command {
  return {
    check: () => true,
    toString: () => `${name} ${JSON.stringify(what)}`,
    async run(expected, line) {
      await act(expected, line);
      await compare(expected, line);
    },
  };
}

const requests = (users: readonly Who[], { queueIds }: Expected): EnterRequest[] =>
  users.map(({ userId, queue }) => ({ userId, queueId: queueIds[queue] as string }));

const enter = (users: Who[], admits: boolean) => async (expected: Expected, line: Line) => {
  const entering = requests(users, expected);
  const places = await line.store.enter(entering, admits);
  eachQueue(expected, (model, queueId) => {
    const mine = of(entering, queueId).map(({ userId }) => userId);
    if (mine.length > 0) model.enter(mine, admits);
  });
  for (const place of places) expect(place.status).not.toBe('EXPIRED');
  expectPlaces(places, expected, entering);
};

const prioritise = (users: Who[]) => async (expected: Expected, line: Line) => {
  const promised = requests(users, expected);
  const waits = await line.store.prioritise(promised);
  eachQueue(expected, (model, queueId) => {
    const mine = of(promised, queueId).map(({ userId }) => userId);
    if (mine.length === 0) return;
    expect(waits.filter((_, i) => promised[i]?.queueId === queueId)).toEqual(model.prioritise(mine));
  });
};

const ask = (users: Who[]) => async (expected: Expected, line: Line) => {
  const asking = requests(users, expected);
  const places = await line.store.status(asking, true);
  eachQueue(expected, (model, queueId) => model.see(of(asking, queueId).map(({ userId }) => userId)));
  expectPlaces(places, expected, asking);
};

const leave = (users: [Who, 'any' | 'present' | 'stale' | 'none'][]) => async (expected: Expected, line: Line) => {
  const leaving: LeaveRequest[] = users.map(([{ userId, queue }, which]) => {
    const present = expected.models[queue]?.view(userId)?.ticket;
    const meant = { any: undefined, present: present ?? 1, stale: (present ?? 1) - 1, none: Number.MAX_SAFE_INTEGER };
    const ticket = meant[which];
    return { userId, queueId: expected.queueIds[queue] as string, ...(ticket && ticket > 0 && { ticket }) };
  });
  const had = await line.store.leave(leaving);
  eachQueue(expected, (model, queueId) => {
    expect(had.filter((_, i) => leaving[i]?.queueId === queueId)).toEqual(model.leave(of(leaving, queueId)));
  });
};

const tick = (queue: number) => async (expected: Expected, line: Line) => {
  const changes = await line.store.admit([expected.queueIds[queue] as string]);
  const byTicket = (a: { ticket: number }, b: { ticket: number }) => a.ticket - b.ticket;
  const told = changes.map(({ userId, ticket, status }) => ({ userId, ticket, status })).sort(byTicket);
  expect(told).toEqual(expected.models[queue]?.tick().sort(byTicket));
};

const age = (queue: number, seconds: number) => async (expected: Expected, line: Line) => {
  await line.age(expected.queueIds[queue] as string, seconds);
  const model = expected.models[queue] as QueueModel;
  model.now += seconds;
  model.wasSetBack ||= seconds < 0;
};

const configure =
  (queue: number, patch: Partial<Omit<QueueSettings, 'queueId'>>, seed?: string) =>
  async (expected: Expected, line: Line) => {
    const settings = await line.store.configure(expected.queueIds[queue] as string, patch, seed);
    const model = expected.models[queue] as QueueModel;
    model.configure(patch, seed);
    expect(settings).toEqual({ queueId: expected.queueIds[queue], ...model.settings });
  };

/** Everybody's place in every queue, and the figures. */
async function compare(expected: Expected, line: Line): Promise<void> {
  const everybody = requests(
    QUEUES.flatMap((queue) => (expected.users ?? SEVEN).map((userId) => ({ userId, queue }))),
    expected,
  );
  const places = await line.store.status(everybody, false);
  expectPlaces(places, expected, everybody);
  const stats = await line.store.stats(expected.queueIds);
  stats.forEach((found, i) => {
    const model = expected.models[i]?.stats() ?? null;
    expect(found).toEqual(model && { queueId: expected.queueIds[i], ...model });
  });
}

function expectPlaces(places: (Place | null)[], expected: Expected, asked: EnterRequest[]): void {
  for (const [i, request] of asked.entries()) expectPlace(places[i] ?? null, expected, request);
}

function expectPlace(place: Place | null, expected: Expected, { userId, queueId }: EnterRequest): void {
  const model = expected.models[expected.queueIds.indexOf(queueId)]?.view(userId) ?? null;
  if (!place || !model) {
    expect(place).toBe(model);
    return;
  }
  const { endsIn, ...rest } = model;
  expect(place).toEqual({ userId, queueId, ...rest, expiresAt: place.expiresAt });
  expect(place.expiresAt === null).toBe(endsIn === null);
  if (place.expiresAt === null || endsIn === null) return;
  expect(Math.abs((place.expiresAt.getTime() - Date.now()) / 1_000 - endsIn)).toBeLessThan(TOLERANCE_SECONDS);
}

function eachQueue(expected: Expected, act: (model: QueueModel, queueId: string) => void): void {
  for (const [i, model] of expected.models.entries()) act(model, expected.queueIds[i] as string);
}
