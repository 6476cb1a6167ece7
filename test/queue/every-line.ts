import { PGLITE, POSTGRES } from '../support/databases.ts';
import { type LineTarget, overSql } from './lines.ts';
import { overRedis } from './redis-line.ts';

/** Every adapter of the line; a suite loops over them, skipping those that are `missing`. */
export const LINES: readonly LineTarget[] = [
  overSql(PGLITE),
  overSql(POSTGRES),
  await overRedis('Redis', 'redis'),
  await overRedis('Redis Cluster', 'redis-cluster'),
];
