import type { NewConcert, SeatBlock } from '../store.ts';
import { numbered, standing } from './seats.ts';

const DAY_MILLISECONDS = 86_400_000;
/** 19:00 in Seoul is 10:00 UTC. */
const CURTAIN_HOUR_UTC = 10;

/** The demonstration's concerts. Concert 123 with schedule 456 is what the load tests and the contract name. */
export function demoConcerts(now: Date): NewConcert[] {
  const evening = (days: number) => {
    const day = new Date(now.getTime() + days * DAY_MILLISECONDS);
    return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), CURTAIN_HOUR_UTC));
  };
  return [
    {
      concertId: 123,
      title: '첫눈 콘서트',
      titleEn: 'First Snow',
      artist: 'Haneul',
      venue: '한강 야외무대 · Han River Stage',
      poster: { hue: 212, motif: 'snow' },
      schedules: [{ concertScheduleId: 456, startsAt: evening(30), blocks: riverStage() }],
    },
    {
      concertId: 124,
      title: '여름밤의 파도',
      titleEn: 'Waves of a Summer Night',
      artist: 'The Tide',
      venue: '올림픽 아레나 · Olympic Arena',
      poster: { hue: 174, motif: 'waves' },
      schedules: [
        { concertScheduleId: 461, startsAt: evening(44), blocks: arena() },
        { concertScheduleId: 462, startsAt: evening(45), blocks: arena() },
      ],
    },
    {
      concertId: 125,
      title: '겨울 나그네',
      titleEn: 'Winterreise',
      artist: 'Seo Yun, Piano Min',
      venue: '예술의 전당 리사이틀홀 · Recital Hall',
      poster: { hue: 28, motif: 'piano' },
      schedules: [{ concertScheduleId: 471, startsAt: evening(21), blocks: recitalHall() }],
    },
    {
      concertId: 126,
      title: '별의 행진',
      titleEn: 'March of Stars',
      artist: 'NOVA9',
      venue: '고척 돔 · The Dome',
      poster: { hue: 292, motif: 'stars' },
      schedules: [{ concertScheduleId: 481, startsAt: evening(60), blocks: dome() }],
    },
  ];
}

/** 100,000 standing places and 2,000 seats, ids 1 and 1001 to 3000. */
const riverStage = (): SeatBlock[] => [
  standing(1, 'STANDING', 99_000, 100_000),
  ...numbered(1001, [
    { section: 'A', price: 165_000, rows: 20, seatsPerRow: 25 },
    { section: 'B', price: 165_000, rows: 20, seatsPerRow: 25 },
    { section: 'C', price: 132_000, rows: 20, seatsPerRow: 25 },
    { section: 'D', price: 132_000, rows: 20, seatsPerRow: 25 },
  ]),
];

/** A floor to stand on and two tiers of numbered seats around it: 1,500 places and 4,800 seats. */
const arena = (): SeatBlock[] => [
  standing(1, 'FLOOR', 154_000, 1_500),
  ...numbered(1001, ring('1', 12, 143_000, 10, 20)),
  ...numbered(5001, ring('2', 12, 110_000, 10, 20)),
];

const recitalHall = (): SeatBlock[] =>
  numbered(1, [
    { section: 'R', price: 120_000, rows: 8, seatsPerRow: 30 },
    { section: 'S', price: 90_000, rows: 10, seatsPerRow: 30 },
    { section: 'BALCONY', price: 60_000, rows: 3, seatsPerRow: 20 },
  ]);

/** 20,000 seats: the ground and three tiers. */
const dome = (): SeatBlock[] => [
  ...numbered(1, ring('G', 8, 187_000, 20, 25)),
  ...numbered(10_001, ring('1', 16, 154_000, 12, 25)),
  ...numbered(20_001, ring('2', 16, 132_000, 14, 25)),
  ...numbered(30_001, ring('3', 16, 99_000, 14, 25)),
];

/** The blocks of one tier, 101, 102, … around the stage. */
const ring = (tier: string, blocks: number, price: number, rows: number, seatsPerRow: number) =>
  Array.from({ length: blocks }, (_, i) => ({
    section: `${tier}${String(i + 1).padStart(2, '0')}`,
    price,
    rows,
    seatsPerRow,
  }));
