// The live picture of a run: a line on the whole and one for each scenario. On a terminal they are drawn over each
// other each second; elsewhere one line is printed now and then.
import { progress } from '../executors/execute.ts';
import type { ScenarioProgress, ScenarioStatus } from '../executors/scenario-run.ts';
import { formatDuration } from '../options/duration.ts';
import type { RunState } from './state.ts';

const DRAW_EVERY_MS = 1000;
const PRINT_EVERY_MS = 10_000;
const BAR_WIDTH = 40;
const ERASE_LINE = '\u001b[2K';
const UP = (lines: number) => `\u001b[${lines}A`;

export interface ProgressOptions {
  readonly write: (text: string) => void;
  readonly isTty: boolean;
  readonly quiet: boolean;
}

export class Progress {
  readonly #options: ProgressOptions;
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;
  #lines: (() => string[]) | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  /** Writes other text without leaving pieces of the picture in it. */
  write(text: string): void {
    this.#erase();
    this.#options.write(text);
    this.#draw();
  }

  start(run: RunState, scenarios: readonly ScenarioProgress[]): void {
    const { isTty, quiet } = this.#options;
    if (quiet) return;
    let requestsBefore = 0;
    let elapsedBefore = 0;
    const requestsPerSecond = () => {
      const requests = run.metrics.builtin.http_reqs.sink.count;
      const rate = ((requests - requestsBefore) * 1000) / Math.max(1, run.elapsedMs - elapsedBefore);
      requestsBefore = requests;
      elapsedBefore = run.elapsedMs;
      return `${Math.round(rate)} requests/s`;
    };
    this.#timer = setInterval(
      () => {
        const head = `${overall(run)}, ${requestsPerSecond()}`;
        this.#erase();
        this.#lines = () => (isTty ? [head, ...scenarios.map(scenarioLine)] : []);
        if (isTty) this.#draw();
        else this.#options.write(`${head}\n`);
      },
      isTty ? DRAW_EVERY_MS : PRINT_EVERY_MS,
    );
  }

  /** The last picture, which stays. */
  end(run: RunState, scenarios: readonly ScenarioProgress[]): void {
    clearInterval(this.#timer);
    this.#erase();
    this.#lines = undefined;
    if (!this.#options.quiet) this.#options.write(`\n${[overall(run), ...scenarios.map(scenarioLine)].join('\n')}\n`);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#erase();
    this.#lines = undefined;
  }

  #draw(): void {
    const lines = this.#lines?.() ?? [];
    if (lines.length === 0) return;
    this.#options.write(`${lines.join('\n')}\n`);
    this.#drawn = lines.length;
  }

  #erase(): void {
    if (this.#drawn > 0) this.#options.write(`${UP(1)}${ERASE_LINE}`.repeat(this.#drawn));
    this.#drawn = 0;
  }
}

function overall(run: RunState): string {
  const { vusActive, vusInitialized, iterationsCompleted, iterationsInterrupted } = run;
  const width = String(vusInitialized).length;
  const vus = `${String(vusActive).padStart(width, '0')}/${vusInitialized} VUs`;
  const iterations = `${iterationsCompleted} complete and ${iterationsInterrupted} interrupted iterations`;
  return `running (${clock(run.elapsedMs)}), ${vus}, ${iterations}`;
}

const marks: Readonly<Record<ScenarioStatus, string>> = { waiting: '•', running: ' ', done: '✓', interrupted: '✗' };

function scenarioLine(scenario: ScenarioProgress): string {
  const { config, status, plan, elapsedMs } = scenario;
  const share = status === 'done' ? 1 : progress(scenario);
  const filled = Math.floor(share * BAR_WIDTH);
  const bar = filled === BAR_WIDTH ? '='.repeat(BAR_WIDTH) : `${'='.repeat(filled)}>`.padEnd(BAR_WIDTH, '-');
  const time = `${clock(Math.min(elapsedMs, plan.durationMs))}/${formatDuration(plan.durationMs)}`;
  return `${config.name} ${marks[status]} [${bar}] ${amounts(scenario)}  ${time}${iterations(scenario)}`;
}

function amounts({ config, plan, activeVus }: ScenarioProgress): string {
  return config.executor === 'constant-vus' || 'iterations' in config
    ? `${plan.maxVus} VUs`
    : `${String(activeVus).padStart(String(plan.maxVus).length, '0')}/${plan.maxVus} VUs`;
}

function iterations({ config, iterationsCompleted }: ScenarioProgress): string {
  if (config.executor === 'shared-iterations') return `  ${iterationsCompleted}/${config.iterations} shared iters`;
  if (config.executor !== 'per-vu-iterations') return '';
  return `  ${iterationsCompleted}/${config.iterations * config.vus} iters, ${config.iterations} per VU`;
}

function clock(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  return `${String(minutes).padStart(2, '0')}m${((milliseconds % 60_000) / 1000).toFixed(1).padStart(4, '0')}s`;
}
