import type { Entry } from '../incident.ts';
import type { Kind } from '../kinds.ts';
import { entry, isUnwell, type Response, type ResponseName, type Situation } from './response.ts';

export interface SwitchOptions {
  name: ResponseName;
  /** Kinds of incident that it helps against. */
  kinds: readonly Kind[];
  /** What else must be so for it to begin. */
  when?: (situation: Situation) => boolean;
  /** Absent for what a store's adapter does by itself, and the timeline should tell. */
  on?: (situation: Situation) => void;
  off?: () => void;
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
    const { kinds, when, on, off } = this.#options;
    const wanted = isUnwell(situation, kinds) && (this.inForce || when === undefined || when(situation));
    if (wanted === this.inForce) return [];
    this.inForce = wanted;
    if (wanted) on?.(situation);
    else off?.();
    return [entry(this.name, wanted ? 'ON' : 'OFF', this.#options.facts?.())];
  }
}
