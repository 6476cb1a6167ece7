/** A change that somebody asked for, and what they were told in the end. */
export interface Told {
  userId: string;
  action: 'charge' | 'reserve' | 'hold' | 'pay' | 'cancel';
  method: string;
  path: string;
  body: unknown;
  /** Null where the call needs none to be asked again. */
  key: string | null;
  status: number;
  /** As it came. */
  text: string;
}

export interface ToldPlace {
  userId: string;
  ticket: number;
  status: string;
}

/** Everything that was acknowledged. Each user does one thing after the other, so theirs are in order. */
export interface Journal {
  told: Told[];
  places: Map<string, ToldPlace>;
}

export const emptyJournal = (): Journal => ({ told: [], places: new Map() });
