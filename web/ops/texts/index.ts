import { textsOf } from '../../shared/language.ts';
import { en, type Texts } from './en.ts';
import { ko } from './ko.ts';

export type { Texts };

export const useTexts = textsOf<Texts>({ en, ko });
