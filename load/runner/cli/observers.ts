// Who watches the run: the hook for what the command line asks for beyond the run itself.
import type { RunObserver } from '../run/observer.ts';
import type { RunRequest } from '../run/request.ts';

export async function observersOf(_request: RunRequest): Promise<readonly RunObserver[]> {
  return [];
}
