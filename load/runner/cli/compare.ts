// `npm run load -- compare A.json B.json`
import { resolve } from 'node:path';
import { compare, compareText, readExport } from '../../report/compare.ts';
import { wordsOf } from '../../report/words/languages.ts';
import { usageError } from '../exit-codes.ts';

export function compareFiles(files: readonly string[], lang: 'en' | 'ko', cwd: string): string {
  const [a, b] = files;
  if (a === undefined || b === undefined || files.length > 2)
    throw usageError('compare takes two files that --summary-export wrote: npm run load -- compare A.json B.json');
  const words = wordsOf(lang);
  const [one, other] = [a, b].map((file) => readExport(resolve(cwd, file)));
  if (!one || !other) return '';
  return compareText([a, b], compare(one, other, words), words);
}
