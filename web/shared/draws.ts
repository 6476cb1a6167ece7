import { ask } from './api.ts';
import type { Draw } from './types.ts';

/** Draws of a line's places, newest first. @throws Refused */
export const drawsOf = async (queueId: string): Promise<Draw[]> =>
  (await ask<{ items: Draw[] }>(`/api/v1/queue/${encodeURIComponent(queueId)}/draws`)).items;
