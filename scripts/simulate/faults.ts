// What goes wrong between the rules and their store, drawn from the seed.
import { StoreUnavailable } from '../../server/db/database.ts';
import type { Chances } from '../crash/chances.ts';
import type { VirtualTime } from './time.ts';

/** How often, from 0 to 1; and how long an answer may take, in milliseconds. */
export interface FaultRates {
  /** A call that never reaches the store. */
  lostBefore: number;
  /** A call that is done, and its answer lost: the outcome is unknown. */
  lostAfter: number;
  /** A call that reaches the store twice, as a client that resends does it. */
  twice: number;
  slow: number;
  slowestMilliseconds: number;
}

export const NO_FAULTS: FaultRates = { lostBefore: 0, lostAfter: 0, twice: 0, slow: 0, slowestMilliseconds: 0 };

type Call = (...args: unknown[]) => Promise<unknown>;

export interface Trouble {
  time: VirtualTime;
  random: Chances;
  /** At this moment. */
  rates: () => FaultRates;
  /** The process that calls is gone: it begins nothing more, and hears nothing more. */
  gone: () => boolean;
}

const NEVER = new Promise<never>(() => {});

/** The same store, seen over a bad network. */
export function troubled<Store extends object>(store: Store, trouble: Trouble): Store {
  return new Proxy(store, {
    get(target, name) {
      const found = Reflect.get(target, name, target);
      if (typeof found !== 'function') return found;
      return (...args: unknown[]) => called(() => (found as Call).apply(target, args), trouble);
    },
  });
}

async function called(call: () => Promise<unknown>, { time, random, rates, gone }: Trouble): Promise<unknown> {
  if (gone()) return NEVER;
  const { lostBefore, lostAfter, twice, slow, slowestMilliseconds } = rates();
  const delay = () => (random() < slow ? time.sleep(random() * slowestMilliseconds) : undefined);
  await delay();
  if (random() < lostBefore) throw new StoreUnavailable('lost before the store had it');
  if (random() < twice) await call();
  const answer = await call();
  await delay();
  if (gone()) return NEVER;
  if (random() < lostAfter) throw new StoreUnavailable('lost after the store had done it');
  return answer;
}
