// What owner and keeper say to each other over the channel between them.
import type { Outcome, ServiceName, StartOptions } from './service.ts';

export type Request =
  | {
      readonly do: 'start';
      readonly names: readonly ServiceName[];
      readonly folder: string;
      readonly options: StartOptions;
    }
  | { readonly do: 'kill'; readonly name: ServiceName; readonly node?: number | undefined }
  | { readonly do: 'restart' | 'freeze' | 'thaw'; readonly name: ServiceName }
  /** From now on the keeper lives until it gets SIGTERM, whatever becomes of its owner. */
  | { readonly do: 'detach' }
  | { readonly do: 'stop'; readonly keepData: boolean };

export type Outcomes = Partial<Record<ServiceName, Outcome>>;

export type FromOwner = { readonly id: number; readonly request: Request };
export type FromKeeper =
  | { readonly id: number; readonly outcomes?: Outcomes; readonly error?: string }
  | { readonly say: string };
