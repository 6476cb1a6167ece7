// A crowd storms the line while Redis has hardly a connection left and stops answering for seconds at a time.

import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import type { Check, Drill, Scene } from '../drill.ts';

const STORM = 300;
const PAUSE_MILLISECONDS = 2_500;
/** Connections that Redis has left for everybody, above those that are open. */
const SPARE_CONNECTIONS = 2;

type Redis = ReturnType<typeof createClient>;
let control: Redis | null = null;
let usual = '10000';
const hangers: Socket[] = [];

export const redisStorm: Drill = {
  name: 'redis-storm',
  what: `${STORM} people at once, Redis with a low maxclients, and CLIENT PAUSE`,
  kind: 'TOKEN_STORM',
  services: ['postgres', 'redis', 'kafka'],
  processes: [{}, {}],
  arrivals: 12,
  responses: ['bypass', 'shed'],

  async begin({ world, crowd }) {
    control = createClient({ url: world.redisUrl as string });
    control.on('error', () => {});
    await control.connect();
    usual = (await control.configGet('maxclients')).maxclients ?? usual;
    const info = String(await control.sendCommand(['INFO', 'clients']));
    const open = Number(/connected_clients:(\d+)/.exec(info)?.[1]);
    await control.sendCommand(['CONFIG', 'SET', 'maxclients', String(open + SPARE_CONNECTIONS)]);
    // They hold what is left, and ask for more.
    for (let i = 0; i < SPARE_CONNECTIONS * 3; i++) hangers.push(hang(world.redisUrl as string));
    crowd.burst(STORM);
  },

  async during({ seconds, world }) {
    for (const until = Date.now() + seconds * 1_000; Date.now() < until; ) {
      await control?.sendCommand(['CLIENT', 'PAUSE', String(PAUSE_MILLISECONDS), 'ALL']);
      await sleep(PAUSE_MILLISECONDS + 300);
      for (let i = 0; i < SPARE_CONNECTIONS; i++) hangers.push(hang(world.redisUrl as string));
    }
  },

  async end() {
    for (const socket of hangers) socket.destroy();
    hangers.length = 0;
    await control?.sendCommand(['CLIENT', 'UNPAUSE']);
    await control?.sendCommand(['CONFIG', 'SET', 'maxclients', usual]);
    control?.destroy();
    control = null;
  },

  checks: async (scene) => [fastRefusals(scene)],
};

/** A connection that is opened and never used. */
function hang(url: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  return socket;
}

/** Once the breaker is open nobody waits for a timeout. */
function fastRefusals({ crowd, beganAt, endedAt }: Scene): Check {
  const refused = crowd.seen
    .filter(
      ({ api, status, at }) =>
        (api === 'token' || api === 'status') && status === 503 && at >= beganAt && at <= endedAt,
    )
    .map(({ milliseconds }) => milliseconds)
    .sort((a, b) => a - b);
  const median = refused[Math.floor(refused.length / 2)] ?? 0;
  return {
    name: 'while Redis is lost, most refusals come within 50 ms',
    ok: refused.length === 0 || median < 50,
    detail: `${refused.length} refusals, median ${Math.round(median)} ms`,
    timed: true,
  };
}
