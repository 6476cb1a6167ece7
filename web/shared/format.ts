import type { Language } from './language.ts';

/** Shop windows speak the venue's time, wherever the fan is. */
const VENUE_TIME_ZONE = 'Asia/Seoul';

const made = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>();

function numberFormat(language: Language): Intl.NumberFormat {
  const key = `number ${language}`;
  if (!made.has(key)) made.set(key, new Intl.NumberFormat(language));
  return made.get(key) as Intl.NumberFormat;
}

function dateFormat(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(language, options));
  return made.get(key) as Intl.DateTimeFormat;
}

export const number = (value: number, language: Language): string => numberFormat(language).format(value);

export const won = (value: number, language: Language): string =>
  language === 'ko' ? `${number(value, language)}원` : `₩${number(value, language)}`;

/** Thu, December 24, 2026, 7:00 PM · 2026년 12월 24일 (목) 오후 7:00 */
export function dateTime(iso: string, language: Language): string {
  const at = new Date(iso);
  const part = (options: Intl.DateTimeFormatOptions) =>
    dateFormat(language, { timeZone: VENUE_TIME_ZONE, ...options }).format(at);
  const [date, weekday] = [part({ year: 'numeric', month: 'long', day: 'numeric' }), part({ weekday: 'short' })];
  const time = part({ hour: 'numeric', minute: '2-digit' });
  return language === 'ko' ? `${date} (${weekday}) ${time}` : `${weekday}, ${date}, ${time}`;
}

export const day = (iso: string, language: Language): string =>
  dateFormat(language, { timeZone: VENUE_TIME_ZONE, month: 'short', day: 'numeric', weekday: 'short' }).format(
    new Date(iso),
  );

/** When something happened, on this device's clock. */
export const clockTime = (at: number, language: Language): string =>
  dateFormat(language, { hour: 'numeric', minute: '2-digit', second: '2-digit' }).format(at);

export const localDateTime = (iso: string, language: Language): string =>
  dateFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));

/** 4:09, or 1:02:03 from an hour on. */
export function countdown(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const padded = (value: number) => String(value).padStart(2, '0');
  const tail = padded(seconds % 60);
  return hours > 0 ? `${hours}:${padded(minutes)}:${tail}` : `${minutes}:${tail}`;
}
