import Type from 'typebox';
import { Id, IdInPath, Time, Won } from './common.ts';

export const ConcertParams = Type.Object({ concertId: IdInPath });
export const ScheduleParams = Type.Object({ concertId: IdInPath, concertScheduleId: IdInPath });

export const Concert = Type.Object({
  concertId: Id,
  title: Type.String(),
  titleEn: Type.String(),
  artist: Type.String(),
  venue: Type.String(),
  firstStartsAt: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'Of its schedules; ISO-8601 UTC',
  }),
  priceFrom: Won,
  sold: Type.Integer({ description: 'Places sold, all schedules; follows sales within a second or so' }),
  rank: Type.Integer({ description: '1 is the best-selling; equal sales share a rank' }),
  poster: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
});
export const Concerts = Type.Object({ items: Type.Array(Concert) });

export const Schedule = Type.Object({
  concertScheduleId: Id,
  concertId: Id,
  startsAt: Time,
  capacity: Type.Integer(),
  remaining: Type.Integer(),
  priceFrom: Won,
  priceTo: Won,
});
export const Schedules = Type.Object({ items: Type.Array(Schedule) });

export const Seat = Type.Object({
  seatId: Id,
  label: Type.String(),
  section: Type.String(),
  kind: Type.Unsafe<'SEAT' | 'STANDING'>({ type: 'string', enum: ['SEAT', 'STANDING'] }),
  price: Won,
  capacity: Type.Integer(),
  remaining: Type.Integer(),
  status: Type.Unsafe<'AVAILABLE' | 'HELD' | 'SOLD'>({ type: 'string', enum: ['AVAILABLE', 'HELD', 'SOLD'] }),
});
export const Seats = Type.Object({ items: Type.Array(Seat) });

/** What of {@link Seats} changes, small enough to ask for every few seconds. */
export const Availability = Type.Object({
  states: Type.String({
    description:
      'One character a seat, in the order of its seats: 0 available, 1 held, 2 sold. A standing section is 2 when it is full',
  }),
  standing: Type.Array(Type.Object({ seatId: Id, remaining: Type.Integer() }), {
    description: 'What is left of each standing section',
  }),
});
