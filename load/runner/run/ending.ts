// The end of a run: thresholds judged, the summary written.
import { exitCode, RunFailure } from '../exit-codes.ts';
import { type SummaryData, summaryData } from '../summary/data.ts';
import { writeEntries, writeExport, writeTextSummary } from '../summary/output.ts';
import type { VuFactory } from '../vu/factory.ts';
import type { RunPlan } from './configure.ts';
import type { Io } from './io.ts';
import type { RunResult, RunStart } from './observer.ts';
import type { Outcome } from './outcome.ts';
import { runHandleSummary } from './phases.ts';
import type { RunRequest } from './request.ts';
import { runnerUse } from './runner-use.ts';
import type { RunState } from './state.ts';

export async function endRun(
  run: RunState,
  plan: RunPlan,
  request: RunRequest,
  io: Io,
  factory: VuFactory,
  outcome: Outcome,
): Promise<Omit<RunResult, keyof RunStart | 'exitCode'>> {
  const testRunDurationMs = run.elapsedMs;
  const endedAt = Date.now();
  const runner = runnerUse(request.processes, run.cpuMs + run.cpuMsElsewhere, testRunDurationMs);
  if (run.stopReason) outcome.fail(run.stopReason);
  const verdicts = plan.thresholds.verdicts(testRunDurationMs / 1000);
  const { summaryTrendStats, summaryTimeUnit } = run.settings;
  const data = summaryData({
    metrics: run.metrics,
    groups: run.groups,
    verdicts,
    options: { summaryTrendStats, summaryTimeUnit, noColor: request.noColor },
    state: { isStdOutTTY: io.stdoutIsTty, isStdErrTTY: io.stderrIsTty, testRunDurationMs },
    runner,
  });
  if (request.summaryMode !== 'disabled') await writeSummary(data, run, plan, request, io, factory, outcome);
  const crossed = [...verdicts].filter(([, list]) => list.some(({ ok }) => !ok)).map(([name]) => `'${name}'`);
  if (crossed.length > 0) {
    const message = `thresholds on metrics ${crossed.join(', ')} have been crossed`;
    outcome.fail(new RunFailure(exitCode.thresholdsFailed, message));
  }
  if (run.markedAsFailed) outcome.fail(new RunFailure(exitCode.markedAsFailed, 'test run was marked as failed'));
  const seconds = run.series?.seconds() ?? [];
  return { startedAt: run.startedAt, endedAt, seconds, summary: data, thresholds: verdicts, runner };
}

async function writeSummary(
  data: SummaryData,
  run: RunState,
  plan: RunPlan,
  request: RunRequest,
  io: Io,
  factory: VuFactory,
  outcome: Outcome,
): Promise<void> {
  const own = plan.hasHandleSummary;
  const written =
    own && (await outcome.attempt(async () => writeEntries(io, await runHandleSummary(factory, run, data))));
  // Also when handleSummary() failed: what was measured must not be lost.
  if (!written) writeTextSummary(io, data, request.summaryMode);
  const { summaryExport } = request;
  if (summaryExport !== undefined) await outcome.attempt(() => writeExport(io, data, summaryExport));
}
