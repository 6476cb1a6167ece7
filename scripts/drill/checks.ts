// What must hold for every drill: issue 6, "It must show".
import type { Seen } from './crowd.ts';
import type { Check, Drill, Scene } from './drill.ts';
import type { IncidentDetail } from './ops.ts';

const NOTICED_WITHIN_SECONDS = 10;
const RESPONDED_WITHIN_SECONDS = 15;
const WELL_WITHIN_SECONDS = 30;
/** What the client measures is more than what the server does: on a busy machine its own timers are late, too. */
const SLOW_FOR_THE_CLIENT = 2_000;
const SLOW_FOR_THE_SERVER = 950;
const STANDING_SEAT = 1;
const RESPONSE = /^(bypass|shed|cap:.*|batches|consumers|relay|rescue|isolate|breaker|aside)$/;

/** Everything that must hold, looked at once the incident is closed. */
export async function commonChecks(
  drill: Drill,
  scene: Scene,
  incident: IncidentDetail,
  capBefore: number,
): Promise<Check[]> {
  const { world } = scene;
  return [
    ...noticed(drill, scene, incident),
    well(scene),
    await oneIncident(scene),
    keptPlaces(scene),
    soldOnce(scene),
    await audited(scene),
    await capRestored(scene, capBefore),
    ...(await affectedEqual(scene, incident)),
    await reportComplete(scene, incident),
    nothingUnforeseen(world.output),
  ];
}

function noticed(drill: Drill, { beganAt }: Scene, incident: IncidentDetail): Check[] {
  const after = (at: string) => (Date.parse(at) - beganAt) / 1_000;
  const seconds = after(incident.noticedAt);
  const first = incident.timeline.find(({ subject, code }) => RESPONSE.test(subject) && code !== 'FAILED');
  const responded = first ? after(first.at) : Number.POSITIVE_INFINITY;
  const made = new Set(incident.timeline.map(({ subject }) => subject));
  return [
    {
      name: `noticed within ${NOTICED_WITHIN_SECONDS} s`,
      ok: seconds <= NOTICED_WITHIN_SECONDS,
      detail: `${seconds.toFixed(1)} s`,
    },
    {
      name: `first response within ${RESPONDED_WITHIN_SECONDS} s`,
      ok: responded <= RESPONDED_WITHIN_SECONDS,
      detail: first ? `${responded.toFixed(1)} s: ${first.text}` : 'none',
    },
    {
      name: `it is a ${drill.kind}, and something was done about it`,
      ok: (incident.kinds as string[]).includes(drill.kind) && drill.responses.some((response) => made.has(response)),
      detail: `${incident.kinds.join(', ')}: ${drill.responses.filter((response) => made.has(response)).join(', ') || 'nothing'}`,
    },
    {
      name: 'everything that was done is taken back',
      ok: incident.status === 'CLOSED' && incident.loweredCaps.length === 0 && takenBack(incident),
      detail: incident.status,
    },
  ];
}

/** Whatever went on has gone off since. */
function takenBack({ timeline }: IncidentDetail): boolean {
  const last = new Map(timeline.map(({ subject, code }) => [subject, code]));
  return [...last].every(([subject, code]) => !RESPONSE.test(subject) || !['ON', 'LOWERED', 'RAISED'].includes(code));
}

function well({ crowd, endedAt }: Scene): Check {
  const bad = crowd.seen.filter((seen) => seen.at > endedAt && isFailed(seen));
  const last = Math.max(endedAt, ...bad.map(({ at }) => at));
  const seconds = (last - endedAt) / 1_000;
  const since = crowd.seen.filter(({ at, status }) => at > last && status === 200).length;
  return {
    name: `healthy again within ${WELL_WITHIN_SECONDS} s of the fault's end`,
    ok: seconds <= WELL_WITHIN_SECONDS && since > 0,
    detail: `last failure ${seconds.toFixed(1)} s after, ${since} good answers since`,
  };
}

async function oneIncident({ world }: Scene): Promise<Check> {
  const count = (await world.ops.incidents()).length;
  return { name: 'one incident, not a hundred', ok: count === 1, detail: String(count) };
}

function keptPlaces({ crowd }: Scene): Check {
  return {
    name: 'nobody loses a place',
    ok: crowd.lost.length === 0,
    detail: crowd.lost.length === 0 ? 'nobody did' : `${crowd.lost.length} did: ${crowd.lost.slice(0, 3).join('; ')}`,
  };
}

function soldOnce({ crowd }: Scene): Check {
  const twice = [...crowd.owners].filter(([seat, owners]) => seat !== STANDING_SEAT && new Set(owners).size > 1);
  return { name: 'no seat is sold twice', ok: twice.length === 0, detail: `${crowd.owners.size} seats sold` };
}

async function audited({ world }: Scene): Promise<Check> {
  const { ok, checks } = await world.ops.audit();
  const bad = checks.filter((check) => !check.ok);
  return { name: 'audit', ok, detail: ok ? 'ok' : bad.map(({ name, detail }) => `${name}: ${detail}`).join('; ') };
}

async function capRestored({ world }: Scene, before: number): Promise<Check> {
  const { cap } = await world.ops.queue('main');
  return { name: 'cap restored', ok: cap === before, detail: `${cap}, as before: ${before}` };
}

/** The list says of each user what their client saw. */
async function affectedEqual({ world, crowd }: Scene, incident: IncidentDetail): Promise<Check[]> {
  const rows = (await world.ops.affectedUsers(incident.id)).trim().split('\r\n').slice(1);
  const cells = rows.filter((row) => row !== '').map((row) => row.split(','));
  const listed = (column: number) =>
    new Set(cells.filter((row) => Number(row[column]) > 0).map((row) => row[0] as string));
  const users = (is: (seen: Seen) => boolean) => new Set(crowd.seen.filter(is).map(({ userId }) => userId));
  const failed = { listed: listed(1), seen: users(isFailed) };
  const missing = difference(failed.seen, failed.listed);
  const extra = difference(failed.listed, failed.seen);
  const slow = listed(2);
  const slowMissing = difference(
    users(({ status, milliseconds }) => status < 500 && milliseconds > SLOW_FOR_THE_CLIENT),
    slow,
  );
  const slowExtra = difference(
    slow,
    users(({ milliseconds }) => milliseconds > SLOW_FOR_THE_SERVER),
  );
  return [
    {
      name: 'the affected users are those whose requests failed, each once',
      ok: missing.length === 0 && extra.length === 0 && new Set(cells.map(([userId]) => userId)).size === cells.length,
      detail: `${failed.listed.size} listed, ${failed.seen.size} seen${missing.length + extra.length > 0 ? `; missing ${missing.slice(0, 5)}, extra ${extra.slice(0, 5)}` : ''}`,
    },
    {
      name: 'whoever is listed as slow did wait',
      ok: slowExtra.length === 0,
      detail: `${slow.size} listed${slowExtra.length > 0 ? `; extra ${slowExtra.slice(0, 5)}` : ''}`,
    },
    {
      name: 'whoever waited for seconds is listed',
      ok: slowMissing.length === 0,
      detail: slowMissing.length === 0 ? 'all are' : `missing ${slowMissing.slice(0, 5)}`,
      timed: true,
    },
  ];
}

const isFailed = ({ status }: Seen) => status === 0 || status >= 500;
const difference = (a: Set<string>, b: Set<string>) => [...a].filter((one) => !b.has(one));

const PARTS = {
  en: [
    'Time and duration',
    'APIs and their answers',
    'Redis and database figures',
    'Users affected',
    'What was done',
    'What to improve',
  ],
  ko: ['장애 시각 및 지속 시간', '발생 API', 'Redis/DB 지표', '사용자 영향도', '조치 내용', '개선 작업'],
};
const LEAST_CHARTS = 6;

async function reportComplete({ world }: Scene, { id, improvements }: IncidentDetail): Promise<Check> {
  const missing: string[] = [];
  for (const [language, parts] of Object.entries(PARTS)) {
    for (const type of ['text/html', 'text/markdown']) {
      const report = await world.ops.report(id, language, type);
      missing.push(...parts.filter((part) => !report.includes(part)).map((part) => `${language} ${type}: ${part}`));
      const charts = report.split('<svg class="chart"').length - 1;
      if (type === 'text/html' && charts < LEAST_CHARTS) missing.push(`${language}: ${charts} charts`);
      if (/undefined|NaN|\[object/.test(report)) missing.push(`${language} ${type}: a hole`);
    }
  }
  if (improvements.drafted.length < 2) missing.push('improvements');
  return {
    name: 'the report is complete, in both languages and both forms',
    ok: missing.length === 0,
    detail: missing.length === 0 ? `${improvements.drafted.length} improvements drafted` : missing.join('; '),
  };
}

/** Nobody's defect came to light by the fault. */
function nothingUnforeseen(output: readonly string[]): Check {
  const defects = output.filter((line) => /a defect|"level":(50|60)/.test(line) && !/event given up/.test(line));
  return { name: 'no defect in the logs', ok: defects.length === 0, detail: defects[0]?.slice(0, 300) ?? 'none' };
}
