// What --summary-export has beyond k6's layout, under a key of our own: the verdict, the bottleneck, the knee.
import type { Findings } from './judge/findings.ts';
import type { Knee } from './judge/knee.ts';
import type { Use } from './judge/saturation.ts';
import type { VerdictRow } from './judge/verdict.ts';
import type { RunRecord } from './record.ts';

/** Under `jari` in the JSON of --summary-export. */
export interface Judgement {
  readonly script: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly env: Readonly<Record<string, string>>;
  readonly size: string | null;
  readonly processes: readonly string[];
  readonly verdict: readonly VerdictRow[];
  readonly bottleneck: Pick<Use, 'resource' | 'limit' | 'most' | 'seconds' | 'from'> | null;
  readonly uses: readonly Use[];
  readonly knee: Omit<Knee, 'steps'> | null;
  readonly runnerCpuPercent: number;
}

export function judgementOf(run: RunRecord, { verdict, bottleneck, knee }: Findings): Judgement {
  return {
    script: run.script,
    startedAt: new Date(run.startedAt).toISOString(),
    seconds: Math.round((run.endedAt - run.startedAt) / 100) / 10,
    env: run.env,
    size: run.server.size,
    processes: run.server.processes,
    verdict,
    bottleneck: bottleneck.first,
    uses: bottleneck.uses,
    knee: knee && endsOf(knee),
    runnerCpuPercent: run.runner.cpuPercent,
  };
}

const endsOf = ({ lastSound, firstUnsound, soundAgain }: Knee) => ({ lastSound, firstUnsound, soundAgain });

export function withJudgement(summary: string, run: RunRecord, findings: Findings): string {
  const exported = JSON.parse(summary) as { jari?: object };
  // The runner has put what it used there already.
  return JSON.stringify({ ...exported, jari: { ...exported.jari, ...judgementOf(run, findings) } }, null, 4);
}
