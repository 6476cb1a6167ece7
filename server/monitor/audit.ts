/** One invariant, looked at now. */
export interface AuditCheck {
  name: string;
  ok: boolean;
  /** What was counted, or the first violations. */
  detail: string;
}

export interface AuditReport {
  ok: boolean;
  checks: AuditCheck[];
}

/** Something that can be checked: the stores' invariants, the line's cap. */
export type Auditor = () => Promise<AuditCheck[]>;

/** Looks at every invariant. @throws StoreUnavailable */
export async function audit(auditors: readonly Auditor[]): Promise<AuditReport> {
  const checks = (await Promise.all(auditors.map((auditor) => auditor()))).flat();
  return { ok: checks.every((check) => check.ok), checks };
}

export interface LineFacts {
  queueId: string;
  cap: number;
  active: number;
  /** The cap, or the one that was lowered to it while slots given under that one last: it drains, it evicts nobody. */
  ceiling: number;
}

/** The line's own invariant, whichever store it lives in. */
export const lineAuditor =
  (lines: () => Promise<readonly LineFacts[]>): Auditor =>
  async () => {
    const known = await lines();
    const over = known.filter(({ active, ceiling }) => active > ceiling);
    const shown = (over.length > 0 ? over : known).slice(0, MOST_SHOWN);
    return [
      {
        name: 'active users never exceed the cap',
        ok: over.length === 0,
        detail: shown.map(({ queueId, active, cap }) => `${queueId}: ${active} of ${cap}`).join(', ') || 'no lines',
      },
    ];
  };

const MOST_SHOWN = 10;
