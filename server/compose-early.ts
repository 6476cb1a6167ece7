import { OPERATIONS } from './http/early/operations.ts';
import type { EarlyOptions } from './http/early/refusals.ts';
import type { Metrics } from './monitor/metrics.ts';
import { RefusedRequests } from './monitor/refused.ts';
import { apiOf, type Traffic } from './monitor/traffic.ts';
import type { Reservations } from './reservation/reservation.ts';
import type { Wallets } from './wallet/wallet.ts';

/** Who is refused before anything is done for them, and where that is counted. */
export function composeEarly(
  { full }: Pick<Reservations, 'full'>,
  wallets: Pick<Wallets, 'full'>,
  { metrics, traffic }: { metrics: Metrics; traffic: Traffic },
): EarlyOptions {
  const refused = new RefusedRequests();
  metrics.add(refused.readings);
  return {
    // Not of the line: which of several a request is about stands in its body, and one must not shut out another.
    full: { reserve: full.taking, hold: full.taking, pay: full.settling, charge: wallets.full },
    refused: (operation, reason) => {
      const { method, route } = OPERATIONS[operation];
      refused.add(operation, reason);
      // None of the hooks sees these. They take some microseconds, which no bucket tells from 0.
      metrics.observe(method, route, 503, 0);
      const api = apiOf(method, route);
      if (api !== null) traffic.turnedAway(api, 503);
    },
    refusedLate: (operation) => refused.add(operation, 'late'),
  };
}
