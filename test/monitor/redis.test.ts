import { createClient } from 'redis';
import { describe, expect, it } from 'vitest';
import { parseInfo, redisFigures } from '../../server/monitor/redis/figures.ts';
import { sharedServer } from '../support/servers.ts';

const INFO = (over: Record<string, string | number>) =>
  Object.entries({
    connected_clients: 12,
    maxclients: 100,
    used_memory: 20 * 1_048_576,
    maxmemory: 100 * 1_048_576,
    rejected_connections: 5,
    evicted_keys: 0,
    total_error_replies: 2,
    total_commands_processed: 1_000,
    used_cpu_sys: '1.500000',
    used_cpu_user: '2.500000',
    blocked_clients: 1,
    aof_last_write_status: 'ok',
    cmdstat_evalsha: 'calls=100,usec=1,usec_per_call=1.00',
    cmdstat_ping: 'calls=7,usec=1,usec_per_call=1.00',
    ...over,
  })
    .map(([name, value]) => `${name}:${value}`)
    .join('\r\n');

const redis = await sharedServer('redis');

describe('figures of Redis', () => {
  it('are what changed since the last time, and what is', async () => {
    let info = INFO({});
    const figures = redisFigures(async () => [`# Clients\r\n${info}\r\n\r\n# Stats`]);
    expect(await figures()).toMatchObject({
      connections: 12,
      maxConnections: 100,
      refusedConnections: 0,
      commands: [],
    });
    info = INFO({
      rejected_connections: 9,
      evicted_keys: 3,
      cmdstat_evalsha: 'calls=150,usec=1',
      aof_last_write_status: 'err',
    });
    expect(await figures()).toMatchObject({
      refusedConnections: 4,
      evictedKeys: 3,
      usedMemoryMegabytes: 20,
      maxMemoryMegabytes: 100,
      blockedClients: 1,
      persistent: false,
      commands: [{ name: 'evalsha', calls: 50 }],
    });
    // A server that was started again counts from the beginning.
    info = INFO({ rejected_connections: 0 });
    expect((await figures()).refusedConnections).toBe(0);
  });

  it('of a cluster are those of its fullest master, and what all of them did', async () => {
    let round = 0;
    const figures = redisFigures(async () => [
      INFO({ connected_clients: 90, rejected_connections: round }),
      INFO({ used_memory: 90 * 1_048_576, rejected_connections: round * 2 }),
    ]);
    await figures();
    round = 5;
    expect(await figures()).toMatchObject({
      connections: 90,
      usedMemoryMegabytes: 90,
      refusedConnections: 15,
      blockedClients: 2,
    });
  });

  it.skipIf(redis.missing)('can be read from a real one', async () => {
    const client = createClient({ url: redis.url });
    client.on('error', () => {});
    await client.connect();
    const figures = redisFigures(async () => [String(await client.sendCommand(['INFO', 'everything']))]);
    await figures();
    for (let i = 0; i < 20; i++) await client.sendCommand(['ECHO', 'x']);
    const found = await figures();
    expect(found.connections).toBeGreaterThan(0);
    expect(found.maxConnections).toBeGreaterThan(found.connections);
    expect(found.usedMemoryMegabytes).toBeGreaterThan(0);
    expect(found.commands.map(({ name }) => name)).toContain('echo');
    expect(parseInfo('a:1\r\n# b:2\r\nc:d:e').get('c')).toBe('d:e');
    client.destroy();
  });
});
