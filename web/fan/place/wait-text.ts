import { number } from '../../shared/format.ts';
import type { Language } from '../../shared/language.ts';
import type { Texts } from '../texts/index.ts';
import type { Wait } from './estimate.ts';

/** A wait in words. */
export function waitText(wait: Wait, texts: Texts, language: Language): string {
  const { estimate } = texts.line;
  if (wait.kind === 'soon') return estimate.soon;
  if (wait.kind === 'unknown') return estimate.unknown;
  if (wait.kind === 'minutes') return estimate.minutes(wait.low, wait.high);
  return estimate.hours(number(wait.low, language), number(wait.high, language));
}
