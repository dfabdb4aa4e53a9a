/** Local days in elapsed minutes. Beyond the midnights that are given, days have 24 hours. */
import type { EpochMinute } from '@fieldfare/kernel';

export interface DayCount {
  /** The day a minute lies in; days are numbered from the first midnight given. */
  readonly dayOf: (minute: EpochMinute) => number;
  /** When a day begins. */
  readonly startOf: (day: number) => EpochMinute;
}

const DAY = 1440;

/** `midnights`: ascending, at least one. */
export function createDayCount(midnights: readonly EpochMinute[]): DayCount {
  const first = midnights[0] ?? 0;
  const lastDay = Math.max(0, midnights.length - 1);
  const last = midnights[lastDay] ?? first;
  return {
    dayOf(minute) {
      if (minute < first) return Math.floor((minute - first) / DAY);
      if (minute >= last) return lastDay + Math.floor((minute - last) / DAY);
      let day = Math.min(lastDay, Math.floor((minute - first) / DAY));
      // Days of 23 and 25 hours: the guess is off by one at most on either side of them.
      while ((midnights[day] as number) > minute) day -= 1;
      while ((midnights[day + 1] as number) <= minute) day += 1;
      return day;
    },
    startOf(day) {
      if (day < 0) return first + day * DAY;
      return day > lastDay ? last + (day - lastDay) * DAY : (midnights[day] as number);
    },
  };
}
