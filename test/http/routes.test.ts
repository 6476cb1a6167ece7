// The contract, route by route, in both ways to tell who is asking. Every answer is also compared with /openapi.json.
import { afterAll, beforeAll, describe, it } from 'vitest';
import { catalogueRoutes } from './routes/catalogue.ts';
import { eventRoutes } from './routes/events.ts';
import { openapiRoutes } from './routes/openapi.ts';
import { operatorRoutes } from './routes/operators.ts';
import { queueRoutes } from './routes/queue.ts';
import { receiptRoutes } from './routes/receipts.ts';
import { reservationRoutes } from './routes/reservation.ts';
import { shellRoutes } from './routes/shell.ts';
import { OPENING_BALANCE, walletRoutes } from './routes/wallet.ts';
import { OPEN, TOKEN } from './support/modes.ts';
import { World } from './support/world.ts';

describe.each([OPEN, TOKEN])('AUTH=$name', (mode) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(mode, { OPENING_BALANCE: String(OPENING_BALANCE) });
  });
  afterAll(() => world.service.stop());

  for (const routes of [
    queueRoutes,
    receiptRoutes,
    eventRoutes,
    catalogueRoutes,
    walletRoutes,
    reservationRoutes,
    operatorRoutes,
    shellRoutes,
    openapiRoutes,
  ])
    routes(() => world);

  it('leaves everything sound', () => world.expectAuditOk());
});
