import { EN } from './en.ts';
import { KO } from './ko.ts';
import type { Words } from './words.ts';

const ALL = { en: EN, ko: KO } as const;

export const wordsOf = (language: 'en' | 'ko'): Words => ALL[language];
