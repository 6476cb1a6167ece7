import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * For when a process has started and serves nobody yet. Starting leaves about 70 MB of garbage (schemas compiled, the
 * OpenAPI document, the modules' sources), which V8 would keep until it needs the room: it is given back now.
 * Not beside the embedded database: measured, its WebAssembly takes twice the time afterwards.
 */
export function giveBackWhatStartingTook(): void {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as (options: { type: 'major' }) => void;
  setFlagsFromString('--no-expose-gc');
  collectGarbage({ type: 'major' });
}
