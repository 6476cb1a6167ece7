import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from './database.ts';

const PATIENT_FOR_MILLISECONDS = 20_000;
const AGAIN_AFTER_MILLISECONDS = 250;
/** The server is starting, or has no connection left. */
const SOON = new Set(['57P03', '53300']);

/**
 * Work that a start can't do without, tried again while the database is slow, silent or just starting itself: the limits
 * of requests are too short for that. An address where nobody listens and a wrong password are told at once.
 */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + PATIENT_FOR_MILLISECONDS; ; await sleep(AGAIN_AFTER_MILLISECONDS)) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || Date.now() > deadline) throw error;
    }
  }
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof StoreUnavailable)) return false;
  const code = (error.cause as { code?: string } | undefined)?.code;
  return code === undefined || SOON.has(code);
}
