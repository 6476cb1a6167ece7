// A fresh service under the traffic of an ordinary day, looked at every few seconds; then what grew, and what was left.
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PeopleInLine } from './in-line.ts';
import type { Judged } from './judge.ts';
import { type Left, leftBehind } from './left-behind.ts';
import { Samples } from './samples.ts';
import { type Size, type SoakedService, startService } from './service.ts';
import { startTraffic, type TrafficOutcome } from './traffic.ts';

export interface SoakOptions {
  seconds: number;
  size: Size;
  /** Visits a second. */
  rate: number;
  /** Where the summary of the traffic and what the service writes go. */
  folder: string;
  /** Ends the run early; what was seen until then is judged. */
  stop: AbortSignal;
  say: (line: string) => void;
}

export interface SoakOutcome {
  judged: Judged[];
  left: Left[];
  traffic: TrafficOutcome;
  seconds: number;
  purchases: number;
  samples: number;
}

/** The load must find the line empty when it begins, so those who listen come after it; how long it takes to begin. */
const BEGINS_WITHIN_MILLISECONDS = 60_000;
const LOOKS_EVERY_MILLISECONDS = 100;
const MOST_SAMPLES = 400;
const LEAST_SECONDS_BETWEEN = 1;

export async function runSoak(options: SoakOptions): Promise<SoakOutcome> {
  const { size, say, folder } = options;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  say(`starting a fresh service, ${size} …`);
  const service = await startService(size, (line) => appendFileSync(join(folder, 'service.txt'), `${line}\n`));
  try {
    return await soak(service, options);
  } finally {
    await service.stop();
  }
}

async function soak(service: SoakedService, options: SoakOptions): Promise<SoakOutcome> {
  const samples = await Samples.of(service);
  const traffic = startTraffic({ url: service.url, ...options });
  const people = new PeopleInLine(service.url);
  let over = false;
  const ended = traffic.ended.finally(() => {
    over = true;
  });
  try {
    options.stop.addEventListener('abort', traffic.stop, { once: true });
    options.say(`${options.seconds / 60} minutes of ${options.rate} visits a second at ${service.url}`);
    await Promise.race([someoneIsInside(service.url), ended]);
    people.start();
    const between = 1_000 * Math.max(LEAST_SECONDS_BETWEEN, options.seconds / MOST_SAMPLES);
    while (!over) {
      await samples.take();
      await Promise.race([sleep(between), ended]);
    }
    await people.stop();
    const left = await leftBehind(service, await ended, people);
    return { judged: samples.judged(), left, traffic: await ended, ...samples.sum() };
  } finally {
    traffic.stop();
    await samples.close();
  }
}

async function someoneIsInside(url: string): Promise<void> {
  for (const deadline = performance.now() + BEGINS_WITHIN_MILLISECONDS; performance.now() < deadline; ) {
    const { active } = (await (await fetch(`${url}/api/v1/queue/main`)).json()) as { active: number };
    if (active > 0) return;
    await sleep(LOOKS_EVERY_MILLISECONDS);
  }
}
