import { type Config, ConfigError } from './config.ts';
import type { StoreClock } from './db/store-clock.ts';
import { Identity } from './identity/identity.ts';
import { Logins } from './identity/logins.ts';
import { QueueTokens } from './identity/queue-tokens.ts';
import { ReceiptKeys } from './identity/receipt-keys.ts';
import { Signer } from './lib/signing.ts';
import { Challenges } from './queue/challenge/challenges.ts';
import { secretOf } from './secrets.ts';

/** Who asks, and all that is signed. */
export interface Signing {
  identity: Identity;
  challenges: Challenges;
  receiptKeys: ReceiptKeys;
  /** The operators' token, when it was made here and has to be told to them. */
  opsToken: string | undefined;
}

/** @throws ConfigError */
export function composeIdentity(config: Config, clock: StoreClock): Signing {
  const { auth, dataDir, tokenSecrets } = config;
  const [signing, ...alsoGood] = tokenSecrets;
  const secret = secretOf(signing, dataDir, 'token-secret').value;
  const opsToken = secretOf(config.opsToken, dataDir, 'ops-token');
  return {
    identity: new Identity({
      logins: auth === 'token' ? makeLogins(config, clock) : null,
      tokens: new QueueTokens(secret, clock.seconds, alsoGood),
      opsToken: opsToken.value,
    }),
    challenges: new Challenges(new Signer(secret, alsoGood), clock.seconds),
    receiptKeys: new ReceiptKeys(secret, alsoGood),
    opsToken: opsToken.kept ? opsToken.value : undefined,
  };
}

function makeLogins({ identitySecret: secret, identityJwks: jwks }: Config, clock: StoreClock): Logins {
  try {
    return new Logins({ secret, jwks }, clock.milliseconds);
  } catch (error) {
    throw new ConfigError(`IDENTITY_JWKS must be a file or URL of a JWKS: ${(error as Error).message}`);
  }
}
