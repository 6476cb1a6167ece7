import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sample } from '../../../server/monitor/sample.ts';

/** Series that one process took in the drills (`npm run drill`), a sample a line, beginning while all was well. */
export const RECORDED = ['redis-storm', 'db-lock', 'kafka-down', 'scheduler-stall', 'poison'] as const;

export const recorded = (name: (typeof RECORDED)[number]): Sample[] =>
  readFileSync(join(import.meta.dirname, `../recorded/${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Sample);
