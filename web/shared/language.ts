import { remembered } from './remembered.ts';
import { makeStore, useStore } from './store.ts';

export type Language = 'ko' | 'en';

const chosen = remembered.get<Language>('language');
const preferred = navigator.languages?.[0] ?? navigator.language ?? 'en';

/** The language chosen here before, else the browser's. */
export const language = makeStore<Language>(chosen ?? (preferred.toLowerCase().startsWith('ko') ? 'ko' : 'en'));

const apply = (now: Language) => {
  document.documentElement.lang = now;
};
apply(language.get());
language.follow(apply);

export function chooseLanguage(next: Language): void {
  remembered.set('language', next);
  language.set(next);
}

/** Makes a hook that gives the texts of the language in use. Both languages have the same keys, or nothing compiles. */
export const textsOf =
  <T>(texts: Record<Language, T>) =>
  (): T =>
    texts[useStore(language)];
