import { makeStore } from '../../shared/store.ts';
import { sendOps, token } from '../token.ts';
import { type Traffic, trafficBetween } from './between.ts';
import { parseMetrics } from './parse.ts';
import { type Sample, sampleOf } from './sample.ts';

/** A second of the charts. */
export interface Point {
  /** Seconds since 1970. */
  at: number;
  active: number | null;
  waiting: number | null;
  /** Of the last seconds; null before there are two samples. */
  traffic: Traffic | null;
}

export interface Live {
  samples: readonly Sample[];
  points: readonly Point[];
  /** False while jari doesn't answer. */
  answers: boolean;
}

export const KEPT_SECONDS = 900;
/** Whole samples are large, and nothing looks back farther in them than a minute. */
const KEPT_SAMPLES = 75;
/** The line whose figures /metrics has. */
const QUEUE_ID = 'main';
const EVERY_MILLISECONDS = 1_000;
/** Long enough for percentiles that mean something, short enough to follow. */
const LATENCY_WINDOW_SAMPLES = 10;

export const live = makeStore<Live>({ samples: [], points: [], answers: true });

/** Asks for the figures every second, one request at a time, for as long as the console is open. */
export function startSampling(): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let over = false;
  const take = async () => {
    const began = Date.now();
    if (token.get() !== null) await takeSample(began);
    if (!over) timer = setTimeout(take, Math.max(100, began + EVERY_MILLISECONDS - Date.now()));
  };
  void take();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

async function takeSample(at: number): Promise<void> {
  try {
    const text = await (await sendOps('/metrics', { timeoutSeconds: 5 })).text();
    const sample = sampleOf(parseMetrics(text), at, QUEUE_ID);
    const { samples, points } = live.get();
    live.set({
      samples: [...samples, sample].slice(-KEPT_SAMPLES),
      points: [...points, pointOf(samples, sample)].slice(-KEPT_SECONDS),
      answers: true,
    });
  } catch {
    live.set({ ...live.get(), answers: false });
  }
}

function pointOf(samples: readonly Sample[], sample: Sample): Point {
  const last = samples.at(-1);
  const windowBegin = samples.at(-Math.min(samples.length, LATENCY_WINDOW_SAMPLES));
  const { at, active, waiting } = sample;
  if (!last || !windowBegin) return { at: at / 1_000, active, waiting, traffic: null };
  // Rates of this second, percentiles of the last ten.
  const { p50, p95, p99 } = trafficBetween(windowBegin, sample);
  return { at: at / 1_000, active, waiting, traffic: { ...trafficBetween(last, sample), p50, p95, p99 } };
}

/** The sample from about so long ago, and the newest. Null before there are two. */
export function lastSeconds({ samples }: Live, seconds: number): { from: Sample; to: Sample } | null {
  const to = samples.at(-1);
  if (!to || samples.length < 2) return null;
  const from = samples.find(({ at }) => at >= to.at - seconds * 1_000) as Sample;
  return from === to ? null : { from, to };
}
