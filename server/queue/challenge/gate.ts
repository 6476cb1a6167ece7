import type { IncomingHttpHeaders } from 'node:http';
import { Failure } from '../../lib/failure.ts';
import type { Challenges } from './challenges.ts';
import type { Difficulties } from './difficulties.ts';

/** Whether a request may enter a line at all. @throws Failure CHALLENGE_REQUIRED, CHALLENGE_FAILED */
export type Gate = (headers: IncomingHttpHeaders, userId: string, queueId: string) => void;

export const OPEN_GATE: Gate = () => {};

/** Asks for a solved challenge where an operator wants one; elsewhere it looks at nothing. */
export const challengingGate =
  (difficulties: Difficulties, challenges: Challenges): Gate =>
  (headers, userId, queueId) => {
    const bits = difficulties.of(queueId);
    if (bits === 0) return;
    const { 'jari-challenge': challenge, 'jari-solution': solution } = headers;
    const refuse = (code: 'CHALLENGE_REQUIRED' | 'CHALLENGE_FAILED', detail: string) => {
      return new Failure(code, detail, {}, undefined, challenges.make(userId, queueId, bits));
    };
    if (challenge === undefined && solution === undefined) throw refuse('CHALLENGE_REQUIRED', REQUIRED);
    if (!challenges.isSolved(userId, queueId, String(challenge), String(solution))) {
      throw refuse('CHALLENGE_FAILED', FAILED);
    }
  };

const REQUIRED =
  'Very many want in just now: find a solution for which sha256(challenge + ":" + solution) begins with that many zero bits, and send both as Jari-Challenge and Jari-Solution.';
const FAILED =
  'Jari-Challenge and Jari-Solution must both be sent, for this user and line, solved and not expired. Solve the challenge that comes with this.';
