// Settings: safe defaults, and a message with the variable's name for what can't be used.
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../server/config.ts';

const TOKEN = { AUTH: 'token', IDENTITY_SECRET: 'long-enough-to-be-one' };
const PRODUCTION = { ...TOKEN, NODE_ENV: 'production', TOKEN_SECRET: 'long-enough-to-be-one' };

const BAD: readonly (readonly [string, Record<string, string>])[] = [
  ['PORT', { PORT: 'http' }],
  ['PORT', { PORT: '70000' }],
  ['PORT', { PORT: '-1' }],
  ['QUEUE_CAP', { QUEUE_CAP: '0' }],
  ['QUEUE_CAP', { QUEUE_CAP: '50.5' }],
  ['QUEUE_CAP', { QUEUE_CAP: '5e1' }],
  ['ACTIVE_SECONDS', { ACTIVE_SECONDS: '5m' }],
  ['ACTIVE_SECONDS', { ACTIVE_SECONDS: '0' }],
  ['HOLD_SECONDS', { HOLD_SECONDS: '0x10' }],
  ['NO_SHOW_SECONDS', { NO_SHOW_SECONDS: '∞' }],
  ['NO_SHOW_SECONDS', { ACTIVE_SECONDS: '10', NO_SHOW_SECONDS: '11' }],
  ['OPENING_BALANCE', { OPENING_BALANCE: '-1' }],
  ['OPENING_BALANCE', { OPENING_BALANCE: '9007199254740993' }],
  ['SEATS_PER_USER', { SEATS_PER_USER: 'none' }],
  ['AUTH', { AUTH: 'none' }],
  ['IDENTITY_SECRET', { AUTH: 'token' }],
  ['IDENTITY_SECRET', { AUTH: 'token', IDENTITY_SECRET: 'short' }],
  ['IDENTITY_JWKS', { AUTH: 'token' }],
  ['TOKEN_SECRET', { TOKEN_SECRET: 'short' }],
  ['TOKEN_SECRET', { ...PRODUCTION, TOKEN_SECRET: '' }],
  ['TOKEN_SECRET', { TOKEN_SECRET: 'long-enough-to-be-one,short' }],
  ['TOKEN_SECRET', { TOKEN_SECRET: 'long-enough-to-be-one,' }],
  ['IDENTITY_SECRET', { NODE_ENV: 'production', TOKEN_SECRET: 'long-enough-to-be-one' }],
  ['OPS_TOKEN', { OPS_TOKEN: '1234' }],
  ['DATABASE_URL', { DATABASE_URL: 'mysql://127.0.0.1/jari' }],
  ['DATABASE_URL', { DATABASE_URL: 'somewhere' }],
  ['USER_LIMIT_PER_SECOND', { USER_LIMIT_PER_SECOND: '-1' }],
  ['STREAMS_PER_ADDRESS', { STREAMS_PER_ADDRESS: 'few' }],
  ['RATE_LIMIT_PER_SECOND', { RATE_LIMIT_PER_SECOND: 'many' }],
];

describe('settings', () => {
  it.each(BAD)('%s is named when it is wrong in %o', (name, env) => {
    expect(() => readConfig(env)).toThrow(ConfigError);
    expect(() => readConfig(env)).toThrow(new RegExp(`\\b${name}\\b`));
  });

  it('never repeat a secret in a message', () => {
    for (const name of ['TOKEN_SECRET', 'IDENTITY_SECRET', 'OPS_TOKEN']) {
      expect(() => readConfig({ [name]: 'hush-hush' })).toThrow(ConfigError);
      expect(() => readConfig({ [name]: 'hush-hush' })).not.toThrow(/hush/);
    }
    const url = 'mysql://jari:hush-hush@127.0.0.1/jari';
    expect(() => readConfig({ DATABASE_URL: url })).not.toThrow(/hush/);
  });

  it('are what the contract says when nothing is set, and frozen', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      dataDir: expect.stringMatching(/\.jari$/),
      databaseUrl: undefined,
      queueCap: 50,
      activeSeconds: 300,
      holdSeconds: 300,
      noShowSeconds: 60,
      openingBalance: 1_000_000_000,
      seatsPerUser: 0,
      auth: 'open',
      opsToken: undefined,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('are strict in production', () => {
    expect(readConfig(PRODUCTION)).toMatchObject({ auth: 'token', openingBalance: 0, userLimitPerSecond: 20 });
    expect(readConfig(PRODUCTION).demoData).toBe(false);
    expect(readConfig({ ...PRODUCTION, AUTH: 'open' }).userLimitPerSecond).toBe(0);
  });

  it('take an empty variable for none', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 8080, databaseUrl: undefined });
  });
});
