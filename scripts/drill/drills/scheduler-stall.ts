// The only process that runs the scheduler is frozen, with all its connections open.
import type { Check, Drill, Scene } from '../drill.ts';

const SHORT = { ACTIVE_SECONDS: '6', HOLD_SECONDS: '4', NO_SHOW_SECONDS: '3' };
const SITTERS = 60;

export const schedulerStall: Drill = {
  name: 'scheduler-stall',
  what: 'the process that runs the scheduler is frozen (SIGSTOP); the others have it switched off',
  kind: 'SCHEDULER_STALLED',
  services: ['postgres', 'redis', 'kafka'],
  processes: [
    { SCHEDULER: 'off', ...SHORT },
    { SCHEDULER: 'on', ...SHORT },
  ],
  loaded: 1,
  arrivals: 8,
  responses: ['rescue'],

  async begin({ world, crowd }) {
    world.processes[1]?.signal('SIGSTOP');
    // They take every slot and never show up again: only a tick gives their slots on.
    for (let i = 1; i <= SITTERS; i++) crowd.sit(`sitter-${i}`);
  },
  async end({ world }) {
    world.processes[1]?.signal('SIGCONT');
  },

  checks: async (scene) => [moved(scene)],
};

/** Somebody was admitted all the time: at no moment did the line stand still for longer than it may. */
function moved({ crowd, beganAt, endedAt }: Scene): Check {
  const bought = crowd.seen.filter(
    ({ api, status, at }) => api === 'reservation' && status === 200 && at >= beganAt && at <= endedAt,
  );
  const times = [beganAt, ...bought.map(({ at }) => at), endedAt].sort((a, b) => a - b);
  const gap = Math.max(...times.slice(1).map((at, i) => at - (times[i] as number)));
  return {
    name: 'the line moves on',
    ok: gap < 15_000,
    detail: `${bought.length} reservations meanwhile, longest standstill ${(gap / 1_000).toFixed(1)} s`,
  };
}
