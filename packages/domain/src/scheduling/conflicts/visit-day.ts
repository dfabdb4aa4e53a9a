import { dateAt, type IsoWeek, type LocalDate, timeOf, type Zone } from '@fieldfare/kernel';
import type { Mark } from './facts.ts';

/** A visit, and the day by which it is judged whether somebody's decision still concerns it. */
export interface VisitOnDay {
  readonly visitId: string;
  readonly regionId: string;
  readonly zone: Zone;
  readonly week: IsoWeek;
  readonly date: LocalDate | null;
  /** Last day of the week: stands in for a visit without a day. */
  readonly lastDay: LocalDate;
  readonly patientId: string;
}

/** Whether the visit's day was over when somebody set something: what was delivered before stays as it was. */
export const liesBefore = ({ date, lastDay, zone }: VisitOnDay, set: Mark): boolean =>
  (date ?? lastDay) < dateAt(timeOf(set.stamp), zone);
