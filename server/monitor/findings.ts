import { databaseItems } from './areas/db.ts';
import { eventItems } from './areas/events.ts';
import { logItems } from './areas/logs.ts';
import { redisItems } from './areas/redis.ts';
import { schedulerItems } from './areas/scheduler.ts';
import type { AreaName, Findings, Item } from './checklist.ts';
import type { Sample } from './sample.ts';
import type { StackGroup } from './stacks.ts';

/** A look at everything that is older than this says that nobody looks any more. */
const STALE_MILLISECONDS = 5_000;

/**
 * What the samples of the last minute say of each area. Pure.
 * @param broker whether events go through Kafka; where they don't, they are the database's
 */
export function findings(
  minute: readonly Sample[],
  stacks: readonly StackGroup[],
  broker: boolean,
  now: number,
): Findings {
  const events = eventItems(minute);
  const found: Record<AreaName, Item[] | null> = {
    logs: logItems(minute, stacks),
    redis: redisItems(minute),
    db: [...databaseItems(minute), ...(broker ? [] : events)],
    kafka: broker ? events : null,
    scheduler: schedulerItems(minute),
  };
  const age = now - (minute.at(-1)?.at ?? 0);
  if (age <= STALE_MILLISECONDS) return found;
  const stale: Item = {
    name: 'looked at',
    status: 'DOWN',
    value: Math.round(age / 1_000),
    limit: STALE_MILLISECONDS / 1_000,
    unit: 's ago',
  };
  for (const items of Object.values(found)) items?.unshift(stale);
  return found;
}
