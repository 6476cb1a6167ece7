/**
 * What the processes of an installation tell each other in passing. Nothing that is told has to arrive: while the store
 * that carries it is away, each process knows only what it has seen itself.
 */
export interface Gossip {
  tell(topic: string, text: string): void;
  /** One listener a topic. Hears what this process tells as well. */
  hear(topic: string, listener: (text: string) => void): void;
}
