// A single Redis server.
import { join } from 'node:path';
import { controlsOf } from './daemon.ts';
import { onFreePort } from './ports.ts';
import { needRedis, newPassword, redisDaemon, redisUrl } from './redis-node.ts';
import type { RunningService, Surroundings } from './service.ts';

/** Starts it, with the data of the run's folder when there is some. */
export async function startRedis({ folder, options, say }: Surroundings): Promise<RunningService> {
  const command = await needRedis(say);
  const data = join(folder, 'redis');
  const password = newPassword();
  return onFreePort(async (port) => {
    const daemon = redisDaemon(command, { folder: data, port, password, appendfsync: options.appendfsync });
    await daemon.start();
    return {
      url: redisUrl({ port, password }),
      folders: [data],
      ...controlsOf([daemon]),
      restart: () => daemon.start(),
    };
  });
}
