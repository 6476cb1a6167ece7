// One virtual user as host operations see it: who it is, where it is in the script, what its samples are tagged with.

import { HttpClient } from '../http/client.ts';
import { CookieJar } from '../http/cookies.ts';
import type { Group } from '../metrics/groups.ts';
import { sendHop } from '../metrics/http-samples.ts';
import type { Metric, Tags } from '../metrics/metric.ts';
import type { RunState } from '../run/state.ts';
import type { Vm } from '../vm/vm.ts';
import { VuEvents } from './events.ts';

/** The scenario a virtual user works for, as k6/execution shows it. */
export interface ScenarioView {
  readonly name: string;
  readonly executor: string;
  readonly tags: Tags;
  /** Variables on top of the run's own. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  progress(): number;
}

export class VuState {
  readonly run: RunState;
  /** 1 and up; 0 while the script is first read, and for setup, teardown and handleSummary. */
  readonly id: number;
  /** The same among those of this process alone. */
  readonly idInProcess: number;
  readonly events = new VuEvents();
  vm: Vm | undefined;
  /** `__ENV` as JSON. */
  envJson: string;
  scenario: ScenarioView | undefined;
  /** `__ITER`: of this virtual user. */
  iteration = -1;
  iterationInScenario = -1;
  /** Of all virtual users of the scenario, in this process and in all. */
  iterationInProcess = -1;
  iterationInTest = -1;
  /** What handleSummary returned, entry by entry. */
  readonly summaryEntries: [string, string | Uint8Array][] = [];
  /** Requests that http.batch() has named so far. */
  readonly batch: { readonly json: string; readonly body: Buffer | null }[] = [];
  #jar = new CookieJar();
  readonly #jars = new Map<number, CookieJar>();
  #lastJar = 0;
  /** Where groups begin: '::setup' in setup(). */
  #base: Group;
  #groups: { readonly group: Group; readonly startedAt: number }[] = [];
  #ownTags: Record<string, string> = {};
  #tags: Tags | undefined;
  #http: HttpClient | undefined;

  constructor(run: RunState, id: number, idInProcess: number) {
    this.run = run;
    this.id = id;
    this.idInProcess = idInProcess;
    this.#base = run.groups;
    this.envJson = JSON.stringify(run.env);
  }

  get http(): HttpClient {
    const { settings } = this.run;
    this.#http ??= new HttpClient(settings.http, {
      hop: (hop) => sendHop(this.run.metrics.builtin, hop, this.tags, settings.systemTags, this.run.series),
      warn: (message) => this.run.log.write('warning', message),
    });
    return this.#http;
  }

  // ---- tags and groups ----
  /** What every sample of this virtual user carries at this moment. */
  get tags(): Tags {
    if (!this.#tags) {
      const { systemTags, tags } = this.run.settings;
      this.#tags = {
        ...tags,
        ...this.scenario?.tags,
        ...(systemTags.has('group') && { group: this.group.path }),
        ...(systemTags.has('scenario') && this.scenario && { scenario: this.scenario.name }),
        ...(systemTags.has('vu') && { vu: String(this.id) }),
        ...(systemTags.has('iter') && { iter: String(this.iteration) }),
        ...this.#ownTags,
      };
    }
    return this.#tags;
  }
  setTag(name: string, value: string | undefined): void {
    if (value === undefined) delete this.#ownTags[name];
    else this.#ownTags[name] = value;
    this.#tags = undefined;
  }
  sample(metric: Metric, value: number, extra?: Tags): void {
    metric.add(value, extra ? { ...this.tags, ...extra } : this.tags);
  }

  get group(): Group {
    return this.#groups.at(-1)?.group ?? this.#base;
  }
  /** setup() and teardown() are groups of their own, without a duration. */
  beginPhase(name: string): void {
    this.#base = this.run.groups.group(name);
    this.#tags = undefined;
  }
  enterGroup(name: string): void {
    this.#groups.push({ group: this.group.group(name), startedAt: performance.now() });
    this.#tags = undefined;
  }
  leaveGroup(): void {
    const left = this.#groups.at(-1);
    if (!left) return;
    this.sample(this.run.metrics.builtin.group_duration, performance.now() - left.startedAt);
    this.#groups.pop();
    this.#tags = undefined;
  }

  // ---- cookies ----
  newJar(): number {
    this.#jars.set(++this.#lastJar, new CookieJar());
    return this.#lastJar;
  }
  dropJar(id: number): void {
    this.#jars.delete(id);
  }
  /** 0 is the virtual user's own. */
  jar(id: number): CookieJar {
    return this.#jars.get(id) ?? this.#jar;
  }

  // ---- from one iteration to the next ----
  beginIteration(): void {
    this.iteration++;
    this.iterationInScenario++;
    this.#groups = [];
    this.#tags = undefined;
    if (!this.run.settings.noCookiesReset) this.#jar = new CookieJar();
  }
  enterScenario(scenario: ScenarioView): void {
    this.scenario = scenario;
    this.iterationInScenario = -1;
    this.#ownTags = {};
    this.#tags = undefined;
    const env = JSON.stringify({ ...this.run.env, ...scenario.env });
    if (env === this.envJson) return;
    this.envJson = env;
    this.vm?.callSync('setEnv', env);
  }
  /** Bytes on the wire since the last time. */
  sendTraffic(): void {
    if (!this.#http) return;
    const { sent, received } = this.#http.connections.takeTraffic();
    const { data_sent, data_received } = this.run.metrics.builtin;
    this.sample(data_sent, sent);
    this.sample(data_received, received);
  }
  closeConnections(): void {
    this.#http?.connections.close();
  }
}
