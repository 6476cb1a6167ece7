import type { RedisFigures } from '../sample.ts';

/** The answers to `INFO everything` of every master: one of a single server, several of a cluster. */
export type AskInfo = () => Promise<string[]>;

type Fields = Map<string, string>;
interface Totals {
  at: number;
  cpu: number;
  refused: number;
  evicted: number;
  errors: number;
  commands: number;
  calls: Map<string, number>;
}

const MEBIBYTE = 1_048_576;
const MOST_COMMANDS = 5;

/** How Redis is, summed over the masters of a cluster; connections and memory are those of the fullest. */
export function redisFigures(ask: AskInfo): () => Promise<RedisFigures> {
  let before: Totals | null = null;
  return async () => {
    const started = performance.now();
    const nodes = (await ask()).map(parseInfo);
    const now = performance.now();
    if (nodes.length === 0) throw new Error('no Redis answered');
    const totals = totalsOf(nodes, now);
    const earlier = before ?? totals;
    const seconds = before ? Math.max(0.001, (now - before.at) / 1_000) : 1;
    before = totals;
    const fullest = max(nodes, (node) => share(node, 'connected_clients', 'maxclients'));
    const largest = max(nodes, (node) => share(node, 'used_memory', 'maxmemory') || number(node, 'used_memory'));
    const since = (name: 'cpu' | 'refused' | 'evicted' | 'errors' | 'commands') =>
      Math.max(0, totals[name] - earlier[name]);
    return {
      answeredMilliseconds: Math.round((now - started) * 10) / 10,
      cpu: since('cpu') / seconds,
      connections: number(fullest, 'connected_clients'),
      maxConnections: number(fullest, 'maxclients'),
      refusedConnections: since('refused'),
      evictedKeys: since('evicted'),
      errorReplies: since('errors'),
      commandsPerSecond: Math.round(since('commands') / seconds),
      usedMemoryMegabytes: Math.round(number(largest, 'used_memory') / MEBIBYTE),
      maxMemoryMegabytes: Math.round(number(largest, 'maxmemory') / MEBIBYTE),
      blockedClients: nodes.reduce((sum, node) => sum + number(node, 'blocked_clients'), 0),
      persistent: nodes.every((node) => (node.get('aof_last_write_status') ?? 'ok') === 'ok'),
      commands: [...totals.calls]
        .map(([name, calls]) => ({ name, calls: calls - (earlier.calls.get(name) ?? 0) }))
        .filter(({ calls }) => calls > 0)
        .sort((a, b) => b.calls - a.calls)
        .slice(0, MOST_COMMANDS),
    };
  };
}

export function parseInfo(text: string): Fields {
  const fields: Fields = new Map();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

function totalsOf(nodes: readonly Fields[], at: number): Totals {
  const sum = (name: string) => nodes.reduce((total, node) => total + number(node, name), 0);
  const calls = new Map<string, number>();
  for (const node of nodes) {
    for (const [name, value] of node) {
      if (!name.startsWith('cmdstat_')) continue;
      const command = name.slice('cmdstat_'.length);
      calls.set(command, (calls.get(command) ?? 0) + Number(/calls=(\d+)/.exec(value)?.[1] ?? 0));
    }
  }
  return {
    at,
    cpu: sum('used_cpu_sys') + sum('used_cpu_user'),
    refused: sum('rejected_connections'),
    evicted: sum('evicted_keys'),
    errors: sum('total_error_replies'),
    commands: sum('total_commands_processed'),
    calls,
  };
}

const number = (node: Fields, name: string): number => Number(node.get(name) ?? 0) || 0;

/** 0 when there is no limit. */
const share = (node: Fields, used: string, most: string): number =>
  number(node, most) === 0 ? 0 : number(node, used) / number(node, most);

const max = (nodes: readonly Fields[], by: (node: Fields) => number): Fields =>
  nodes.reduce((best, node) => (by(node) > by(best) ? node : best));
