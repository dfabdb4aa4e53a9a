/** Dates, times and lengths as people read them. */
import {
  type EpochMinute,
  epochMinuteOf,
  isoWeekday,
  type LocalDate,
  type LocalTime,
  localAt,
  type Zone,
} from '@fieldfare/kernel';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const LONG_WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Tue 24 Nov` */
export const dayText = (date: LocalDate): string =>
  `${WEEKDAYS[isoWeekday(date) - 1]} ${Number(date.slice(8, 10))} ${MONTHS[Number(date.slice(5, 7)) - 1]}`;

/** `Tuesday` */
export const weekdayText = (date: LocalDate): string => LONG_WEEKDAYS[isoWeekday(date) - 1] ?? date;

/** `Tue 24 Nov, 14:05` */
export function momentText(epochMs: number, zone: Zone): string {
  const { date, time } = localAt(Math.floor(epochMs / 60_000), zone);
  return `${dayText(date)}, ${time}`;
}

/** `09:00–09:45`, on the wall clock of `zone`. */
export const spanText = (from: EpochMinute, to: EpochMinute, zone: Zone): string =>
  `${localAt(from, zone).time}–${localAt(to, zone).time}`;

/** When a visit of `minutes` that starts then takes place: `09:00–09:45`. */
export function visitSpan(date: LocalDate, start: LocalTime, minutes: number, zone: Zone): string {
  const from = epochMinuteOf(date, start, zone);
  return spanText(from, from + minutes, zone);
}

/** `45 min`, `3 h`, `3 h 20 min` */
export function lengthText(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
