/** How many events of a topic a consumer has still to be given, by what the broker says. */
export interface ConsumerLag {
  consumer: string;
  topic: string;
  lag: number;
}

/** What a process does for a consumer of a broker. */
export interface ConsumerState {
  consumer: string;
  partitionsOwned: number;
  /** When it last came round to asking for more. A consumer that is connected and does not is not alive. */
  lastRoundAt: Date | null;
  /** Why it last failed; null since it went well again. */
  lastError: string | null;
}
