import { ask } from '../shared/api.ts';
import type { Language } from '../shared/language.ts';
import type { Concert, Schedule } from '../shared/types.ts';

export const concerts = async (): Promise<Concert[]> => (await ask<{ items: Concert[] }>('/api/v1/concerts')).items;

export const schedulesOf = async (concertId: number): Promise<Schedule[]> =>
  (await ask<{ items: Schedule[] }>(`/api/v1/concerts/${concertId}/schedules`)).items;

export const titleOf = (concert: Concert, language: Language): string =>
  language === 'ko' ? concert.title : concert.titleEn || concert.title;

/** Venues are written `한국어 · English`. */
export function venueOf({ venue }: Concert, language: Language): string {
  const [korean, english] = venue.split(' · ');
  return (language === 'ko' ? korean : (english ?? korean)) ?? venue;
}

export const hueOf = ({ poster }: Concert): number => (typeof poster.hue === 'number' ? poster.hue : 165);
