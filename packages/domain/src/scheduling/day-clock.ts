/** Elapsed minutes of many local times, without asking the calendar for each one. */
import {
  type EpochMinute,
  epochMinuteOf,
  isoWeekday,
  type LocalDate,
  type LocalTime,
  minuteOfDay,
  minutesInDay,
  type Zone,
} from '@fieldfare/kernel';

export interface DayClock {
  readonly zone: Zone;
  /** The same as `epochMinuteOf(date, time, zone)`; `24:00` is the next midnight. */
  minuteAt(date: LocalDate, time: LocalTime | '24:00'): EpochMinute;
  /** 1 Monday … 7 Sunday */
  weekdayOf(date: LocalDate): number;
}

interface Day {
  readonly midnight: EpochMinute;
  readonly length: number;
  readonly weekday: number;
}

export function createDayClock(zone: Zone): DayClock {
  const days = new Map<LocalDate, Day>();
  const dayOf = (date: LocalDate): Day => {
    let day = days.get(date);
    if (day === undefined) {
      day = {
        midnight: epochMinuteOf(date, '00:00', zone),
        length: minutesInDay(date, zone),
        weekday: isoWeekday(date),
      };
      days.set(date, day);
    }
    return day;
  };
  return {
    zone,
    minuteAt(date, time) {
      const { midnight, length } = dayOf(date);
      if (time === '24:00') return midnight + length;
      // Only on a day of the usual length does the wall clock run as minutes elapse.
      return length === 1440 ? midnight + minuteOfDay(time) : epochMinuteOf(date, time, zone);
    },
    weekdayOf: (date) => dayOf(date).weekday,
  };
}

/** One clock a zone, kept for as long as the caller keeps this. */
export function createDayClocks(): (zone: Zone) => DayClock {
  const clocks = new Map<Zone, DayClock>();
  return (zone) => {
    let clock = clocks.get(zone);
    if (clock === undefined) {
      clock = createDayClock(zone);
      clocks.set(zone, clock);
    }
    return clock;
  };
}
