import type { Refused } from '../../shared/api.ts';
import { textsOf } from '../../shared/language.ts';
import { en, type Texts } from './en.ts';
import { ko } from './ko.ts';

export type { Texts };

export const useTexts = textsOf<Texts>({ en, ko });

/** What a refusal means to a fan. */
export function explain(refused: Refused, texts: Texts): string {
  const known = (texts.refusals as unknown as Record<string, string | undefined>)[refused.code];
  if (typeof known === 'string') return known;
  const quote = refused.requestId === undefined ? '' : ` ${texts.refusals.quote(refused.requestId)}`;
  return texts.refusals.other(refused.code) + quote;
}
