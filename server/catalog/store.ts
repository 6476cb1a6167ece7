/** A concert as the catalogue keeps it. */
export interface ConcertRow {
  concertId: number;
  title: string;
  titleEn: string;
  artist: string;
  venue: string;
  poster: Record<string, unknown>;
  /** ISO-8601 UTC; null when it has no schedule. */
  firstStartsAt: string | null;
  priceFrom: number;
}

export interface ScheduleView {
  concertScheduleId: number;
  concertId: number;
  /** ISO-8601 UTC. */
  startsAt: string;
  capacity: number;
  remaining: number;
  priceFrom: number;
  priceTo: number;
}

export interface SeatView {
  seatId: number;
  label: string;
  section: string;
  kind: 'SEAT' | 'STANDING';
  /** Won. */
  price: number;
  capacity: number;
  remaining: number;
  status: 'AVAILABLE' | 'HELD' | 'SOLD';
}

/** What of the seats changes. */
export interface AvailabilityView {
  /** One character a seat, in order of seatId: 0 available, 1 held, 2 sold (a standing section: full). */
  states: string;
  standing: { seatId: number; remaining: number }[];
}

/** Seats that are alike, in one block of the venue. */
export interface SeatBlock {
  section: string;
  kind: 'SEAT' | 'STANDING';
  price: number;
  seats: { seatId: number; label: string; capacity: number }[];
}

export interface NewConcert {
  concertId: number;
  title: string;
  titleEn: string;
  artist: string;
  venue: string;
  poster: Record<string, unknown>;
  schedules: { concertScheduleId: number; startsAt: Date; blocks: SeatBlock[] }[];
}

/** The catalogue's port. @throws StoreUnavailable */
export interface CatalogStore {
  concerts(): Promise<ConcertRow[]>;
  /** Null when there is no such concert. */
  schedules(concertId: number): Promise<ScheduleView[] | null>;
  /** Every seat with what is left of it now. Null when the concert has no such schedule. */
  seats(concertId: number, scheduleId: number): Promise<SeatView[] | null>;
  /** The same in short, at a fraction of the cost. Null when the concert has no such schedule. */
  availability(concertId: number, scheduleId: number): Promise<AvailabilityView | null>;
  /** Adds concerts; those that are there already stay as they are. */
  add(concerts: readonly NewConcert[]): Promise<void>;
}
