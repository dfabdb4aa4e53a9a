/**
 * What a maps service has answered: how far and how long between two rounded places in a part of the day. Rounded to
 * 0.001° (about 110 m by 80 m), far from naming a door; nothing else about anybody is in them.
 *
 *  TRV-ROUND  a maps service is asked for rounded places, and answers are kept under them
 *  TRV-PARTS  a day has five parts that drive differently; one hour speaks for each
 */
import {
  addDays,
  dateAt,
  type EpochMinute,
  epochMinuteOf,
  isoWeekday,
  type LocalTime,
  type Result,
  type Zone,
} from '@fieldfare/kernel';
import type { LatLng } from './model.ts';

export const DAY_PARTS = ['night', 'morning', 'day', 'afternoon', 'evening'] as const;
export type DayPart = (typeof DAY_PARTS)[number];

/** `TRV-PARTS`: the first hour of each, and when it is asked for. The night goes on to the morning. */
const PARTS: Readonly<Record<DayPart, { readonly from: number; readonly asked: LocalTime }>> = {
  night: { from: 22, asked: '05:00' },
  morning: { from: 6, asked: '07:45' },
  day: { from: 9, asked: '12:00' },
  afternoon: { from: 15, asked: '16:30' },
  evening: { from: 18, asked: '19:30' },
};

/** `hour` of the local day, 0 to 23. */
export const dayPartOf = (hour: number): DayPart =>
  hour < PARTS.morning.from || hour >= PARTS.night.from
    ? 'night'
    : hour < PARTS.day.from
      ? 'morning'
      : hour < PARTS.afternoon.from
        ? 'day'
        : hour < PARTS.evening.from
          ? 'afternoon'
          : 'evening';

/** Over the hours of a part of the day. */
export const meanSpeed = (speedKmhByHour: readonly number[], part: DayPart): number => {
  const own = speedKmhByHour.filter((_, hour) => dayPartOf(hour) === part);
  return own.reduce((sum, speed) => sum + speed, 0) / own.length;
};

export interface TravelAnswer {
  readonly from: LatLng;
  readonly to: LatLng;
  readonly part: DayPart;
  /** By road. */
  readonly metres: number;
  readonly seconds: number;
}

/** A maps service: drives from each of `from` to each of `to`. Pairs without a road between them are left out. */
export interface RouteMatrix {
  ask(question: {
    readonly from: readonly LatLng[];
    readonly to: readonly LatLng[];
    readonly departure: EpochMinute;
  }): Promise<Result<readonly Drive[]>>;
}

export interface Drive {
  /** Positions in what was asked. */
  readonly from: number;
  readonly to: number;
  readonly metres: number;
  readonly seconds: number;
}

const ROUNDED = 1_000;

/** `TRV-ROUND` */
export const roundedPlace = ({ lat, lng }: LatLng): LatLng => ({ lat: rounded(lat), lng: rounded(lng) });

// + 0: the equator has one name, not two.
const rounded = (degrees: number): number => Math.round(degrees * ROUNDED) / ROUNDED + 0;

export const placeKey = (place: LatLng): string => {
  const { lat, lng } = roundedPlace(place);
  return `${lat.toFixed(3)},${lng.toFixed(3)}`;
};

export const answerKey = ({ from, to, part }: Pick<TravelAnswer, 'from' | 'to' | 'part'>): string =>
  `${placeKey(from)}>${placeKey(to)}@${part}`;

/** Traffic of a plain working day. */
const TUESDAY = 2;

/** When a part of the day is asked for: on the next Tuesday but today, in elapsed minutes. */
export function askedDeparture(part: DayPart, now: number, zone: Zone): EpochMinute {
  let date = addDays(dateAt(now, zone), 1);
  while (isoWeekday(date) !== TUESDAY) date = addDays(date, 1);
  return epochMinuteOf(date, PARTS[part].asked, zone);
}
