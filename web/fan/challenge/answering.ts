import { Refused } from '../../shared/api.ts';
import type { Challenge } from '../../shared/types.ts';

type Headers = Record<string, string>;

/** One may expire on a slow device. */
const MOST_CHALLENGES = 3;

/** Of the challenge solved last, until it has let the fan in: while the door is crowded, asking again needs no other. */
let solved: Headers = {};

/**
 * Asks, and where the door wants a calculation first, has that done and asks again.
 * @param calculating is called when it begins
 * @throws Refused
 */
export async function answering<T>(ask: (headers: Headers) => Promise<T>, calculating: () => void): Promise<T> {
  for (let challenges = 0; ; challenges++) {
    try {
      const answer = await ask(solved);
      solved = {};
      return answer;
    } catch (error) {
      const challenge = error instanceof Refused ? error.challenge : undefined;
      if (!challenge || challenges === MOST_CHALLENGES) throw error;
      calculating();
      solved = await solvedBeside(challenge).catch(() => {
        // A browser without workers: the refusal that asked for it is what there is to show.
        throw error;
      });
    }
  }
}

function solvedBeside(challenge: Challenge): Promise<Headers> {
  const worker = new Worker(new URL('./solver.worker.ts', import.meta.url), { type: 'module' });
  const solution = new Promise<string>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<string>) => resolve(data);
    worker.onerror = reject;
    worker.postMessage(challenge);
  });
  return solution
    .then((found) => ({ 'jari-challenge': challenge.challenge, 'jari-solution': found }))
    .finally(() => worker.terminate());
}
