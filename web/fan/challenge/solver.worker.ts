// Beside the page, so that it stays alive meanwhile, and its clocks with it.
import type { Challenge } from '../../shared/types.ts';
import { solve } from './solve.ts';

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Challenge>) => void;
  postMessage: (solution: string) => void;
};

scope.onmessage = ({ data: { challenge, bits } }) => scope.postMessage(solve(challenge, bits));
