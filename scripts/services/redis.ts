import type { RunningService } from './service.ts';
import { Unavailable } from './service.ts';

export async function startRedis(): Promise<RunningService> {
  throw new Unavailable('not written yet');
}
