import type { LocalDate } from '@fieldfare/kernel';
import type { Absence, Staff } from './tables.ts';

export const staffName = (person: Pick<Staff, 'givenName' | 'familyName'>): string =>
  `${person.givenName} ${person.familyName}`;

/** `WRK-ABSENT`: an absence takes whole local days, first and last included. */
export const absentOn = (absence: Pick<Absence, 'fromDate' | 'toDate'>, date: LocalDate): boolean =>
  absence.fromDate <= date && date <= absence.toDate;
