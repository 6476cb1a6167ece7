import type { Rules } from './violations.ts';

const OPENING_BALANCE = 10_000_000;
/** No place ends by itself here: what is gone was lost. Holds do end, now and then in the middle of being paid. */
const HOUR = '3600';

/** Of a process of the service under customers, who are as many as are let in. */
export const settingsFor = (cap: number) => ({
  QUEUE_CAP: String(cap),
  ACTIVE_SECONDS: HOUR,
  NO_SHOW_SECONDS: HOUR,
  HOLD_SECONDS: '8',
  OPENING_BALANCE: String(OPENING_BALANCE),
  WEBHOOK_SECRET: 'webhook-secret-of-the-crash',
});

/** What follows from them. */
export const RULES: Rules = { openingBalance: OPENING_BALANCE, holdsEnd: true };
