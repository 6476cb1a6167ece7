// The contract's shapes, as types alone: none of its schemas is bundled.
import type { Static } from 'typebox';
import type * as catalog from '../../contract/catalog.ts';
import type { Problem as ProblemSchema } from '../../contract/problem.ts';
import type * as queue from '../../contract/queue.ts';
import type * as receipts from '../../contract/receipts.ts';
import type * as reservation from '../../contract/reservation.ts';
import type * as wallet from '../../contract/wallet.ts';

export type { Challenge } from '../../contract/challenge.ts';
export type { FailureCode } from '../../contract/problem.ts';

export type Problem = Static<typeof ProblemSchema>;
export type Concert = Static<typeof catalog.Concert>;
export type Schedule = Static<typeof catalog.Schedule>;
export type Seat = Static<typeof catalog.Seat>;
export type Availability = Static<typeof catalog.Availability>;
export type Place = Static<typeof queue.PlaceWithToken>;
export type PlaceEvent = Static<typeof queue.PlaceEvent>;
export type QueueOverview = Static<typeof queue.QueueOverview>;
export type Draw = Static<typeof queue.Draws>['items'][number];
export type Receipt = Static<typeof receipts.Receipt>;
export type RecordPage = Static<typeof receipts.AdmissionsPage>;
export type RecordEntry = RecordPage['items'][number];
export type RecordHead = RecordPage['head'];
export type Reservation = Static<typeof reservation.Reservation>;
export type Wallet = Static<typeof wallet.Wallet>;
export type WalletEntries = Static<typeof wallet.WalletEntries>;
