import Type from 'typebox';
import { QueueId, Time } from './common.ts';

const hash = (description: string) => Type.String({ pattern: '^[0-9a-f]{64}$', description });

/** An entry of the public record, or the place before the first: what the next entry is bound to. */
const RecordHead = Type.Object({
  n: Type.Integer({ description: '1 for the first entry of the line; 0 is the place before it' }),
  hash: hash('SHA-256 of "hash before:n:ticket:admittedAt:kind", in hexadecimal; of the queueId for n = 0'),
});

export const AdmissionsQuery = Type.Object({
  after: Type.Optional(
    Type.String({ pattern: '^(0|[1-9][0-9]{0,14})$', description: 'The entry after which to go on; 0 when left out' }),
  ),
});

/** A page of the public record of who was let in. */
export const AdmissionsPage = Type.Object({
  after: Type.Object(RecordHead.properties, {
    description: 'Which the first item is bound to: what was asked for, or the oldest entry that is kept',
  }),
  items: Type.Array(
    Type.Object({
      n: Type.Integer({ description: 'No number is left out' }),
      ticket: Type.Integer({ description: '0 for DATA_LOST' }),
      admittedAt: Time,
      kind: Type.Unsafe<'IN_TURN' | 'PRIORITISED' | 'RETURNED' | 'DATA_LOST'>({
        type: 'string',
        enum: ['IN_TURN', 'PRIORITISED', 'RETURNED', 'DATA_LOST'],
        description:
          'PRIORITISED: an operator let them go first. DATA_LOST: the line lost data; RETURNED: what they had before that was given back',
      }),
      hash: hash('Binds this entry to all before it'),
    }),
  ),
  head: Type.Object(RecordHead.properties, { description: 'The last entry, when this page was made' }),
});

/** What a fan can prove afterwards: that they had this place while the record ended there. */
export const Receipt = Type.Object({
  queueId: QueueId,
  ticket: Type.Integer(),
  status: Type.Unsafe<'ACTIVE' | 'WAITING'>({ type: 'string', enum: ['ACTIVE', 'WAITING'] }),
  issuedAt: Time,
  head: RecordHead,
  commitment: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'Of the draw that will decide the order of this ticket; null without one',
  }),
  receipt: Type.String({ description: 'The same, signed: a JWS (EdDSA). Checked by `npm run verify-receipt`' }),
});
export type Receipt = Type.Static<typeof Receipt>;

/** What receipts are signed with (JWKS). */
export const ReceiptKeys = Type.Object({
  keys: Type.Array(
    Type.Object({
      kty: Type.String(),
      crv: Type.String(),
      x: Type.String(),
      kid: Type.String(),
      alg: Type.String(),
      use: Type.String(),
    }),
  ),
});
