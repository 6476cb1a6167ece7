import type { Entry } from '../incident.ts';
import type { Kind } from '../kinds.ts';
import { entry, isUnwell, type Response, type ResponseName, type Situation } from './response.ts';

export interface SwitchOptions {
  name: ResponseName;
  /** Kinds of incident that it helps against. */
  kinds: readonly Kind[];
  on(situation: Situation): void;
  off(): void;
  /** For the words of the timeline. */
  facts?: () => Record<string, unknown>;
}

/** A response that is either in force or not. */
export class Switch implements Response {
  readonly name: ResponseName;
  readonly #options: SwitchOptions;
  inForce = false;

  constructor(options: SwitchOptions) {
    this.name = options.name;
    this.#options = options;
  }

  follow(situation: Situation): Entry[] {
    const wanted = isUnwell(situation, this.#options.kinds);
    if (wanted === this.inForce) return [];
    this.inForce = wanted;
    if (wanted) this.#options.on(situation);
    else this.#options.off();
    return [entry(this.name, wanted ? 'ON' : 'OFF', this.#options.facts?.())];
  }
}
