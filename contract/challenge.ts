import Type from 'typebox';
import { CLOSED, QueueId, Time } from './common.ts';

/** Fewer bits keep nobody out. */
export const LEAST_BITS = 8;
/** With more, a slow phone would seldom be done before the challenge has expired. */
export const MOST_BITS = 22;

/** What a refusal carries that asks for a calculation. */
export const Challenge = Type.Object(
  {
    challenge: Type.String({ description: 'Send it back as the header Jari-Challenge' }),
    bits: Type.Integer({
      description:
        'So many leading zero bits sha256(challenge + ":" + solution) must have; Jari-Solution is the solution',
    }),
    expiresAt: Time,
  },
  { description: 'With CHALLENGE_REQUIRED and CHALLENGE_FAILED: what to solve. See docs/SECURITY.md' },
);
export type Challenge = Type.Static<typeof Challenge>;

const DIFFICULTY = 'Leading zero bits; 0 is none asked for';

/** How entering one line is guarded, as its operators see it. */
export const ChallengeSetting = Type.Object({
  queueId: QueueId,
  bits: Type.Integer({ description: `In force. ${DIFFICULTY}` }),
  own: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'As set for this line; null follows the hardest that is set for any line',
  }),
});
export type ChallengeSetting = Type.Static<typeof ChallengeSetting>;

export const ChallengePatch = Type.Object(
  {
    bits: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      enum: [null, 0, ...Array.from({ length: MOST_BITS - LEAST_BITS + 1 }, (_, i) => LEAST_BITS + i)],
      description: `${DIFFICULTY}, else ${LEAST_BITS} to ${MOST_BITS}; null follows the hardest that is set for any line`,
    }),
  },
  CLOSED,
);
