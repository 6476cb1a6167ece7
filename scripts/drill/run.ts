import { setTimeout as sleep } from 'node:timers/promises';
import { commonChecks } from './checks.ts';
import { Crowd } from './crowd.ts';
import type { Check, Drill, Scene } from './drill.ts';
import type { IncidentDetail } from './ops.ts';
import { startWorld, type World } from './world.ts';

export interface DrillOptions {
  /** How long the fault lasts. */
  seconds: number;
  say: (line: string) => void;
}

export interface DrillOutcome {
  checks: Check[];
  incident: IncidentDetail | null;
  /** By file name. */
  reports: Record<string, string>;
  /** In seconds from the begin of the fault. */
  times: Record<string, number>;
}

/** A process notices nothing in its first seconds. */
const WARM_UP_MILLISECONDS = 12_000;
const CLOSED_WITHIN_MILLISECONDS = 90_000;
/** The last that each process saw is brought in by then. */
const SETTLE_MILLISECONDS = 5_000;

/** Runs a drill on a private full size: warms up, makes the fault, takes it away, waits, and looks at everything. */
export async function runDrill(drill: Drill, { seconds, say }: DrillOptions): Promise<DrillOutcome> {
  say(`${drill.name}: ${drill.what}`);
  const world = await startWorld({ services: drill.services, processes: drill.processes, say });
  const urls = world.processes.slice(0, drill.loaded ?? world.processes.length).map(({ url }) => url);
  const crowd = new Crowd({ urls, arrivals: drill.arrivals, seatsEach: 3, name: 'fan' });
  const scene: Scene = { world, crowd, seconds, beganAt: 0, endedAt: 0, say };
  try {
    return await play(drill, scene);
  } finally {
    await crowd.stop(0);
    if (scene.endedAt === 0) await drill.end(scene).catch(() => {});
    await world.stop();
  }
}

async function play(drill: Drill, scene: Scene): Promise<DrillOutcome> {
  const { world, crowd, say } = scene;
  const { cap } = await world.ops.queue('main');
  crowd.start();
  await drill.prepare?.(scene);
  await sleep(WARM_UP_MILLISECONDS);
  const early = await world.ops.incidents();
  if (early.length > 0) throw new Error(`an incident before there was a fault: ${early[0]?.summary}`);

  scene.beganAt = Date.now();
  await drill.begin(scene);
  say('the fault is there');
  if (drill.during) await drill.during(scene);
  else await sleep(scene.seconds * 1_000);
  await drill.end(scene);
  scene.endedAt = Date.now();
  say(`the fault is gone after ${((scene.endedAt - scene.beganAt) / 1_000).toFixed(1)} s`);

  const closed = await untilClosed(world);
  if (!closed) return { checks: [await neverClosed(world)], incident: null, reports: {}, times: {} };
  await Promise.all([drill.after?.(scene), crowd.stop(), sleep(SETTLE_MILLISECONDS)]);
  const incident = await world.ops.incident(closed);
  const checks = [...(await commonChecks(drill, scene, incident, cap)), ...((await drill.checks?.(scene)) ?? [])];
  return { checks, incident, reports: await reportsOf(world, closed), times: timesOf(scene, incident) };
}

async function untilClosed(world: World): Promise<number | null> {
  for (const until = Date.now() + CLOSED_WITHIN_MILLISECONDS; Date.now() < until; await sleep(500)) {
    const [incident] = await world.ops.incidents().catch(() => []);
    if (incident?.status === 'CLOSED') return incident.id;
  }
  return null;
}

async function neverClosed(world: World): Promise<Check> {
  const [incident] = await world.ops.incidents();
  const told = incident ? await world.ops.incident(incident.id) : null;
  const last = told?.timeline.slice(-5).map(({ at, text }) => `${at} ${text}`);
  return {
    name: 'the incident is noticed and closes',
    ok: false,
    detail: last ? `still open: ${last.join('; ')}` : 'nothing was noticed',
  };
}

async function reportsOf(world: World, id: number): Promise<Record<string, string>> {
  return {
    'report.en.html': await world.ops.report(id, 'en', 'text/html'),
    'report.ko.html': await world.ops.report(id, 'ko', 'text/html'),
    'report.en.md': await world.ops.report(id, 'en', 'text/markdown'),
    'report.ko.md': await world.ops.report(id, 'ko', 'text/markdown'),
    'affected-users.csv': await world.ops.affectedUsers(id),
    'samples.json': await samplesOf(world, id),
  };
}

/** What each process saw each second: a recorded series for tests of what is noticed. */
async function samplesOf({ database }: World, id: number): Promise<string> {
  const text = 'SELECT process, figures AS sample FROM incident_samples WHERE incident_id = $1 ORDER BY at, process';
  return JSON.stringify((await database.query(text, [id])).rows);
}

function timesOf(
  { beganAt, endedAt }: Scene,
  { noticedAt, closedAt, timeline }: IncidentDetail,
): Record<string, number> {
  const after = (at: number) => Math.round((at - beganAt) / 100) / 10;
  const responded = timeline.find(({ reason }) => reason !== null);
  return {
    noticed: after(Date.parse(noticedAt)),
    'first response': responded ? after(Date.parse(responded.at)) : Number.NaN,
    'fault ended': after(endedAt),
    closed: after(Date.parse(closedAt ?? '')),
  };
}
