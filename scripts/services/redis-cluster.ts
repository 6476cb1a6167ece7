import type { RunningService } from './service.ts';
import { Unavailable } from './service.ts';

export async function startRedisCluster(): Promise<RunningService> {
  throw new Unavailable('not written yet');
}
