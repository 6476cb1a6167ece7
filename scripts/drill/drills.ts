import type { Drill } from './drill.ts';
import { dbLock } from './drills/db-lock.ts';
import { kafkaDown } from './drills/kafka-down.ts';
import { poison } from './drills/poison.ts';
import { redisStorm } from './drills/redis-storm.ts';
import { schedulerStall } from './drills/scheduler-stall.ts';

export const DRILLS: readonly Drill[] = [redisStorm, dbLock, kafkaDown, schedulerStall, poison];
