// Watches a run from beside it: the service's side second by second, then the verdict, the bottleneck and the report.

import { readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { extname, resolve } from 'node:path';
import { operatorsToken } from '../../scripts/operators-token.ts';
import { exitCode, RunFailure } from '../runner/exit-codes.ts';
import type { Io } from '../runner/run/io.ts';
import type { RunObserver, RunResult, RunStart } from '../runner/run/observer.ts';
import type { RunRequest } from '../runner/run/request.ts';
import { withJudgement } from './export.ts';
import { type Findings, findingsOf } from './judge/findings.ts';
import { reportMarkdown } from './markdown.ts';
import { reportHtml } from './page/html.ts';
import type { RunRecord } from './record.ts';
import { Target } from './server/target.ts';
import { processorCount, Watch } from './server/watch.ts';
import { terminalText } from './terminal.ts';
import { wordsOf } from './words/languages.ts';

const OURS = new URL('../', import.meta.url).href;

/** Every run of our own scenarios is judged; others are watched when a report is asked for. */
export const watchesRun = ({ scriptUrl, report }: RunRequest): boolean =>
  report !== undefined || scriptUrl.startsWith(OURS);

export class ReportObserver implements RunObserver {
  readonly #request: RunRequest;
  readonly #io: Io;
  #targets: readonly Target[] = [];
  #watch: Watch | undefined;
  #isJari = false;

  constructor(request: RunRequest, io: Io) {
    this.#request = request;
    this.#io = io;
  }

  async started({ baseUrl, service }: RunStart): Promise<void> {
    const token = service?.opsToken ?? (isLoopback(baseUrl) ? operatorsToken(this.#io.env, this.#io.cwd) : undefined);
    this.#targets = (service?.urls ?? [baseUrl]).map((url) => new Target(url, token));
    this.#isJari = (await this.#targets[0]?.isJari()) ?? false;
    this.#watch = new Watch(this.#targets);
    await this.#watch.start();
  }

  async ended(result: RunResult): Promise<void> {
    await this.#watch?.stop();
    const run = await this.#record(result);
    const findings = findingsOf(run);
    this.#print(run, findings);
    this.#writeReport(run, findings);
    this.#completeExport(run, findings);
  }

  async #record(result: RunResult): Promise<RunRecord> {
    const { script, baseUrl, env, startedAt, endedAt, runner, service } = result;
    const watch = this.#watch;
    return {
      script,
      baseUrl,
      env,
      startedAt,
      endedAt,
      runner,
      exitCode: result.exitCode,
      client: result.seconds,
      metrics: result.summary.metrics,
      server: {
        isJari: this.#isJari,
        size: service?.size ?? null,
        processes: watch?.processes() ?? [],
        processCount: service?.urls.length ?? null,
        seconds: watch?.seconds(startedAt, endedAt) ?? [],
        silence: watch?.silence() ?? null,
      },
      machine: {
        processors: processorCount(),
        isServices: isLoopback(baseUrl),
        busy: watch?.busy(startedAt, endedAt) ?? [],
      },
      audit: this.#isJari ? ((await this.#targets[0]?.audit()) ?? null) : null,
    };
  }

  #print(run: RunRecord, findings: Findings): void {
    const { summaryMode, lang, noColor, scriptUrl } = this.#request;
    const iterated = (run.metrics.iterations?.values.count ?? 0) > 0;
    if (!this.#isJari || !iterated || !scriptUrl.startsWith(OURS) || summaryMode === 'disabled') return;
    const color = this.#io.stdoutIsTty && !noColor;
    this.#io.stdout(terminalText(run, findings, wordsOf(lang), color));
  }

  #writeReport(run: RunRecord, findings: Findings): void {
    const { report, lang } = this.#request;
    if (report === undefined) return;
    const words = wordsOf(lang);
    const markdown =
      extname(report) === '.md' ? report : `${report.slice(0, report.length - extname(report).length)}.md`;
    if (report !== markdown) write(report, reportHtml(run, findings, words));
    write(markdown, reportMarkdown(run, findings, words));
    this.#io.stderr(`report: ${report}${report === markdown ? '' : ` and ${markdown}`}\n`);
  }

  /** The runner has written k6's part. */
  #completeExport(run: RunRecord, findings: Findings): void {
    const { summaryExport, summaryMode } = this.#request;
    if (summaryExport === undefined || summaryMode === 'disabled') return;
    const file = resolve(this.#io.cwd, summaryExport);
    let summary: string;
    try {
      summary = readFileSync(file, 'utf8');
    } catch {
      // That it could not be written has been told.
      return;
    }
    write(file, withJudgement(summary, run, findings));
  }
}

function write(file: string, content: string): void {
  try {
    writeFileSync(file, content);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    throw new RunFailure(exitCode.scriptException, `could not write the report to ${file} (${reason})`);
  }
}

/** The operators' token of this machine is shown to nobody else, and its processors are the service's too. */
function isLoopback(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : '';
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
