// k6/http.

import { unsupported } from '../../exit-codes.ts';
import type { HttpCall } from '../../http/client.ts';
import type { CookieAttributes } from '../../http/cookies.ts';
import type { RequestDescription } from '../../http/request.ts';
import { parseTarget } from '../../http/target.ts';
import { parseDuration } from '../../options/duration.ts';
import type { HostValue } from '../../vm/values.ts';
import type { HostArguments } from '../../vm/vm.ts';
import type { Operations } from '../operation.ts';
import type { VuState } from '../state.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

export const httpOperations: Operations = {
  http: (vu, args) => {
    const call = startCall(vu, args.text(1), bodyOf(args, 2));
    return vu.events.suspend(outcome(vu, call), (reason) => call.cancel(reason));
  },
  /** A method and a URL, nothing else: what needs no JSON to be said. */
  httpPlain: (vu, args) => {
    const description = { method: args.text(1), url: args.text(2) };
    const call = vu.http.start(description, null, vu.jar(0), DEFAULT_TIMEOUT_MS);
    return vu.events.suspend(outcome(vu, call), (reason) => call.cancel(reason));
  },
  httpAsync: (vu, args) => {
    const call = startCall(vu, args.text(2), bodyOf(args, 3));
    vu.events.startWork(args.number(1), outcome(vu, call), (reason) => call.cancel(reason));
    return undefined;
  },
  batchAdd: (vu, args) => {
    vu.batch.push({ json: args.text(1), body: bodyOf(args, 2) });
    return undefined;
  },
  batchRun: (vu) => runBatch(vu),

  jarNew: (vu) => vu.newJar(),
  jarDrop: (vu, args) => {
    vu.dropJar(args.number(1));
    return undefined;
  },
  jarRead: (vu, args) => {
    const values: Record<string, string[]> = {};
    for (const { name, value } of vu.jar(args.number(1)).for(urlOf(args.text(2)))) {
      values[name] ??= [];
      values[name].push(value);
    }
    return JSON.stringify(values);
  },
  jarSet: (vu, args) => {
    const [name, value, attributes] = JSON.parse(args.text(3)) as [string, string, CookieAttributes];
    return vu.jar(args.number(1)).set(urlOf(args.text(2)), name, value, attributes) !== undefined;
  },
  jarDelete: (vu, args) => {
    vu.jar(args.number(1)).delete(urlOf(args.text(2)), args.optionalText(3));
    return undefined;
  },
};

const urlOf = (text: string) => parseTarget(text).url;

function bodyOf(args: HostArguments, index: number): Buffer | null {
  const bytes = args.bytes(index);
  return bytes === undefined || bytes.length === 0 ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function startCall(vu: VuState, json: string, body: Buffer | null): HttpCall {
  const description = JSON.parse(json) as RequestDescription;
  if (description.auth !== undefined && description.auth !== 'basic')
    throw unsupported(
      `this runner does not support http authentication "${description.auth}"; it has basic, in the URL`,
    );
  return vu.http.start(description, body, vu.jar(description.jar ?? 0), timeoutOf(description));
}

function timeoutOf({ timeout }: RequestDescription): number {
  if (timeout === undefined) return DEFAULT_TIMEOUT_MS;
  const milliseconds = parseDuration(timeout);
  if (milliseconds === undefined) throw new TypeError(`invalid timeout ${JSON.stringify(timeout)}: use '30s' or 30000`);
  return milliseconds;
}

async function outcome(vu: VuState, call: HttpCall): Promise<HostValue> {
  const answer = await call.done;
  if (!call.failure) return answer;
  if (vu.run.settings.throwErrors) throw new Error(call.failure.message);
  vu.run.log.write('warning', 'Request Failed', { error: JSON.stringify(`${call.title}: ${call.failure.message}`) });
  return answer;
}

/** All requests that were added, at most `batch` at a time and `batchPerHost` to a host. */
function runBatch(vu: VuState): Promise<HostValue> {
  const entries = vu.batch.splice(0);
  const answers: HostValue[] = entries.map(() => null);
  const calls = new Set<HttpCall>();
  const { batch, batchPerHost } = vu.run.settings;
  const waiting = entries.map((entry, index) => ({ ...entry, index, host: hostOf(entry.json) }));
  const busy = new Map<string, number>();
  let cancelled: Error | undefined;

  const runNext = async (): Promise<void> => {
    for (;;) {
      const at = waiting.findIndex(({ host }) => (busy.get(host) ?? 0) < batchPerHost);
      const next = at < 0 || cancelled ? undefined : waiting.splice(at, 1)[0];
      if (!next) return;
      busy.set(next.host, (busy.get(next.host) ?? 0) + 1);
      const call = startCall(vu, next.json, next.body);
      calls.add(call);
      answers[next.index] = await outcome(vu, call);
      calls.delete(call);
      busy.set(next.host, (busy.get(next.host) ?? 1) - 1);
    }
  };
  // A lane that finds every host busy ends, and the lanes that keep it busy go on with what is waiting for it.
  const lanes = Array.from({ length: Math.min(batch, entries.length) }, runNext);
  const done = Promise.all(lanes).then(
    () => answers,
    (error: Error) => {
      cancelled = error;
      throw error;
    },
  );
  return vu.events.suspend(done, (reason) => {
    cancelled = reason;
    for (const call of calls) call.cancel(reason);
  });
}

function hostOf(json: string): string {
  const { url } = JSON.parse(json) as RequestDescription;
  return URL.canParse(url) ? new URL(url).host : '';
}
