import { createClient } from 'redis';
import { parseInfo } from '../../../server/monitor/redis/figures.ts';
import { flat, type Look, MEGABYTE } from './look.ts';

export async function lookAtRedis(url: string): Promise<Look> {
  const client = createClient({ url, disableOfflineQueue: true });
  client.on('error', () => {});
  await client.connect();
  return {
    async read() {
      const info = parseInfo(await client.info());
      return [
        flat('keys of Redis', '', await client.dbSize(), 1),
        flat('memory of Redis', 'MB', Number(info.get('used_memory')) / MEGABYTE, 0.5),
        flat('memory of Redis for its clients', 'MB', Number(info.get('mem_clients_normal')) / MEGABYTE, 0.5),
      ];
    },
    close: async () => void client.destroy(),
  };
}
