/** What operators have set for lines by name. @throws StoreUnavailable */
export interface DifficultyStore {
  /** Bits of each line that has a setting of its own. */
  all(): Promise<Map<string, number>>;
  /** Null takes the line's own setting away. */
  set(queueId: string, bits: number | null): Promise<void>;
}
