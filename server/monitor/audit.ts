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

/** The line's own invariant, whichever store it lives in. */
export const lineAuditor =
  (figures: () => Promise<readonly { queueId: string; cap: number; active: number }[]>): Auditor =>
  async () => {
    const queues = await figures();
    // A cap that was lowered drains: more may be inside than the new cap, never more than were let in under the old one.
    const over = queues.filter(({ active, cap }) => active > cap);
    return [
      {
        name: 'active users never exceed the cap',
        ok: over.length === 0,
        detail:
          (over.length > 0 ? over : queues).map((q) => `${q.queueId}: ${q.active} of ${q.cap}`).join(', ') ||
          'no lines',
      },
    ];
  };
