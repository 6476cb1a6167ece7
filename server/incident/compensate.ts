import { Failure } from '../lib/failure.ts';
import type { Entry } from './incident.ts';
import type { Passes } from './passes.ts';
import { entry } from './respond/response.ts';
import type { Compensation, IncidentArchive, IncidentStore } from './store.ts';

export interface CompensationRequest {
  kind: Compensation['kind'];
  /** Won, with WALLET_CREDIT. */
  amount?: number | undefined;
  /** With PRIORITY_REENTRY; "main" unless told otherwise. */
  queueId?: string | undefined;
  /** Some of the affected users; all of them when absent. */
  userIds?: readonly string[] | undefined;
  /** Only tell whom it would be for. */
  dryRun?: boolean | undefined;
}

export interface CompensationOutcome {
  dryRun: boolean;
  kind: Compensation['kind'];
  /** Who gets it by this call. */
  userIds: string[];
  /** Who had it already. */
  already: number;
  /** Named, but not affected by this incident. */
  notAffected: string[];
}

export interface CompensationParts {
  archive: IncidentArchive;
  store: Pick<IncidentStore, 'note'>;
  /** Gives money, each user once a reference; answers who got it now. */
  credit: (userIds: readonly string[], amount: number, reference: string) => Promise<string[]>;
  passes: Pick<Passes, 'use'>;
}

const USERS_A_PAGE = 1_000;
const USERS_A_CALL = 500;

/**
 * Makes good for an incident: money on the wallet's ledger, or a place at the front of the line. Each affected user gets
 * each kind once an incident, however often and from wherever it is asked for. What is to be done is noted first and
 * done after, so that a call that was cut off is completed by the next one.
 */
export class Compensations {
  readonly #parts: CompensationParts;

  constructor(parts: CompensationParts) {
    this.#parts = parts;
  }

  /** @throws Failure NOT_FOUND, VALIDATION_FAILED; StoreUnavailable */
  async give(incidentId: number, request: CompensationRequest): Promise<CompensationOutcome> {
    const { archive, store } = this.#parts;
    if (!(await archive.find(incidentId))) throw new Failure('NOT_FOUND', 'There is no such incident.');
    check(request);
    const { kind, dryRun = false } = request;
    const affected = await this.#affected(incidentId);
    const named = request.userIds && new Set(request.userIds);
    const wanted = named ? affected.filter((userId) => named.has(userId)) : affected;
    const has = new Set((await archive.compensations(incidentId)).filter((c) => c.kind === kind).map((c) => c.userId));
    const due = wanted.filter((userId) => !has.has(userId));
    const notAffected = named ? [...named].filter((userId) => !affected.includes(userId)) : [];
    const outcome = { dryRun, kind, already: wanted.length - due.length, notAffected };
    if (dryRun) return { ...outcome, userIds: due };
    const userIds = await this.#grant(incidentId, due, request);
    await this.#complete(incidentId);
    if (userIds.length > 0) await store.note(incidentId, [said(request, userIds.length)]);
    return { ...outcome, userIds, already: wanted.length - userIds.length };
  }

  async #affected(incidentId: number): Promise<string[]> {
    const found: string[] = [];
    for (;;) {
      const page = await this.#parts.archive.affectedUsers(incidentId, USERS_A_PAGE, found.at(-1));
      found.push(...page.map(({ userId }) => userId));
      if (page.length < USERS_A_PAGE) return found;
    }
  }

  async #grant(incidentId: number, userIds: readonly string[], request: CompensationRequest): Promise<string[]> {
    const { kind, amount, queueId = 'main' } = request;
    const granted: string[] = [];
    for (let from = 0; from < userIds.length; from += USERS_A_CALL) {
      const grants = userIds.slice(from, from + USERS_A_CALL).map((userId) => ({
        userId,
        kind,
        amount: kind === 'WALLET_CREDIT' ? (amount as number) : null,
        queueId: kind === 'PRIORITY_REENTRY' ? queueId : null,
      }));
      granted.push(...(await this.#parts.archive.grant(incidentId, grants)));
    }
    return granted;
  }

  /** Does what was noted and not done: the ledger takes each reference once, and a place is promised as often as asked. */
  async #complete(incidentId: number): Promise<void> {
    const { archive, credit, passes } = this.#parts;
    const open = (await archive.compensations(incidentId)).filter(({ usedAt }) => usedAt === null);
    const byAmount = Map.groupBy(
      open.filter(({ kind }) => kind === 'WALLET_CREDIT'),
      ({ amount }) => amount as number,
    );
    for (const [amount, credits] of byAmount) {
      for (let from = 0; from < credits.length; from += USERS_A_CALL) {
        const userIds = credits.slice(from, from + USERS_A_CALL).map(({ userId }) => userId);
        await credit(userIds, amount, `incident:${incidentId}`);
        await archive.used(incidentId, 'WALLET_CREDIT', userIds);
      }
    }
    await passes.use(open.filter(({ kind }) => kind === 'PRIORITY_REENTRY').map((pass) => ({ ...pass, incidentId })));
  }
}

function check({ kind, amount, queueId }: CompensationRequest): void {
  const wrong = (path: string, message: string) =>
    new Failure('VALIDATION_FAILED', `The body of the request is not as it should be; see errors.`, {}, [
      { path, message },
    ]);
  if (kind === 'WALLET_CREDIT' && amount === undefined) throw wrong('/amount', 'is needed with WALLET_CREDIT');
  if (kind === 'WALLET_CREDIT' && queueId !== undefined) throw wrong('/queueId', 'goes with PRIORITY_REENTRY only');
  if (kind === 'PRIORITY_REENTRY' && amount !== undefined) throw wrong('/amount', 'goes with WALLET_CREDIT only');
}

const said = ({ kind, amount, queueId }: CompensationRequest, users: number): Entry => ({
  ...entry('compensation', kind, { users, amount: amount ?? null, queueId: queueId ?? 'main' }),
  once: false,
});
