/**
 * Tells when a queue moved, whichever process moved it: somebody was admitted, left, or ran out of time. The port behind
 * everything that is pushed to people who listen; losing it delays them, it never changes anybody's place.
 */
export interface QueueSignals {
  /**
   * Calls `moved` within about 100 ms of a move, until the returned function is called. Several moves may share a call,
   * and a call may come for nothing: after the store was lost, for example.
   */
  subscribe(queueId: string, moved: () => void): () => void;
}
