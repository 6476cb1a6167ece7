// All that is made of a run. Pure.
import type { RunRecord } from '../record.ts';
import { type Knee, kneeOf } from './knee.ts';
import { type Bottleneck, bottleneckOf } from './saturation.ts';
import { type VerdictRow, verdictOf } from './verdict.ts';

export interface Findings {
  readonly verdict: readonly VerdictRow[];
  readonly bottleneck: Bottleneck;
  readonly knee: Knee | null;
}

export const findingsOf = (run: RunRecord): Findings => ({
  verdict: verdictOf(run),
  bottleneck: bottleneckOf(run),
  knee: kneeOf(run.client),
});
