/**
 * Something that happened to a week: what it does to the rows the engine works on, and to the rows that are kept. Pure.
 *
 *  CHG-ABSENT     an absence takes its carer's visits of those days off, pinned ones too
 *  CHG-CANCELLED  a cancelled visit leaves the week, its other carer's with it; what waits for that day may take its time
 *  CHG-HOSPITAL   a patient in hospital needs no visits on those days; what waits may take their time
 *  CHG-URGENT     an urgent referral brings new visits, made once however often it is entered
 */
import {
  createRow,
  daysOfWeek,
  deterministicId,
  fail,
  type LocalDate,
  type LocalTime,
  ok,
  problem,
  type Result,
  type RowChange,
  scheduleShard,
  stableHash,
} from '@fieldfare/kernel';
import { type Absence, absenceIdOf, absences } from '../workforce/index.ts';
import type { WeekRows, WeekVisit } from './compile.ts';
import { otherHalfId } from './pairs.ts';
import { roundsOf } from './rounds.ts';
import { type Visit, visits } from './tables.ts';

export type WeekChange =
  | {
      readonly kind: 'absence';
      readonly staffId: string;
      readonly from: LocalDate;
      readonly to: LocalDate;
      readonly reason: Absence['reason'];
    }
  | { readonly kind: 'cancelled'; readonly visitId: string }
  | { readonly kind: 'hospital'; readonly patientId: string; readonly from: LocalDate; readonly to: LocalDate }
  | {
      readonly kind: 'urgent';
      readonly patientId: string;
      readonly serviceCode: string;
      readonly dates: readonly LocalDate[];
      readonly minutes: number;
      readonly windowFrom: LocalTime;
      readonly windowTo: LocalTime;
    };

export interface ChangedWeek {
  /** The week after it happened, nothing mended yet. */
  readonly rows: WeekRows;
  /** Ids of visits without a place that may now have one. */
  readonly affected: readonly string[];
  /** Those of `affected` that had a place before. */
  readonly displaced: readonly WeekVisit[];
  readonly cancelled: readonly WeekVisit[];
  readonly added: readonly Visit[];
  /** What is kept whatever is mended, without `added`. */
  readonly writes: readonly RowChange[];
  /** Names this very change to this very week: what is accepted is what was shown. */
  readonly token: string;
}

const gone = (message: string, path: string): Result<never> =>
  fail(problem('not-found', message, { rule: 'CHG-GONE', path: ['change', path] }));

/** `at`: an ISO instant. */
export function changeWeek(rows: WeekRows, change: WeekChange, at: string): Result<ChangedWeek> {
  // Where nothing was published, what stands is what people count on.
  const told =
    rows.told.length > 0
      ? rows.told
      : [...roundsOf(rows.visits)].map(([staffId, own]) => ({ staffId, visits: [...own] }));
  const base = { ...rows, told };
  const inWeek = rows.visits.filter(({ week }) => week === rows.week);
  const waitingOn = (dates: ReadonlySet<LocalDate>): string[] =>
    inWeek.filter(({ staffId, date }) => staffId === null && (date === null || dates.has(date))).map(({ id }) => id);
  const result = (parts: Partial<ChangedWeek> & Pick<ChangedWeek, 'rows' | 'affected'>): Result<ChangedWeek> => {
    const whole = { displaced: [], cancelled: [], added: [], writes: [], ...parts };
    const concerned = [...whole.displaced, ...whole.cancelled].map(({ id, stamp }) => [id, stamp]);
    return ok({ ...whole, token: stableHash('week-change', JSON.stringify(change), ...concerned.flat()) });
  };
  const between = (
    { from, to }: { readonly from: LocalDate; readonly to: LocalDate },
    date: LocalDate | null,
  ): boolean => date !== null && from <= date && date <= to;
  const takeOut = (cancelled: readonly WeekVisit[]): Result<ChangedWeek> => {
    const out = new Set(cancelled.map(({ id }) => id));
    const days = new Set(cancelled.flatMap(({ date }) => date ?? []));
    return result({
      rows: { ...base, visits: rows.visits.filter(({ id }) => !out.has(id)) },
      affected: waitingOn(days).filter((id) => !out.has(id)),
      cancelled,
      writes: cancelled.map(({ id, week }) => ({
        table: visits.name,
        shard: scheduleShard(rows.region.id, week),
        id,
        set: { cancelledAt: at },
      })),
    });
  };

  switch (change.kind) {
    case 'absence': {
      const { staffId, from, to, reason } = change;
      if (!rows.people.some(({ id }) => id === staffId)) return gone('no such carer in this region', 'staffId');
      const displaced = inWeek.filter((visit) => visit.staffId === staffId && between(change, visit.date));
      const off = new Set(displaced.map(({ id }) => id));
      const absence: Absence = {
        id: absenceIdOf({ staffId, fromDate: from, toDate: to, reason }),
        regionId: rows.region.id,
        staffId,
        fromDate: from,
        toDate: to,
        reason,
      };
      return result({
        rows: {
          ...base,
          absences: [...rows.absences, absence],
          visits: rows.visits.map((visit) => (off.has(visit.id) ? { ...visit, staffId: null, pinned: false } : visit)),
        },
        affected: [...off],
        displaced,
        writes: [createRow(absences, absence)],
      });
    }
    case 'cancelled': {
      const visit = inWeek.find(({ id }) => id === change.visitId);
      const other = visit && inWeek.find(({ id }) => id === otherHalfId(visit));
      return visit ? takeOut(other ? [visit, other] : [visit]) : gone('no such visit in this week', 'visitId');
    }
    case 'hospital': {
      const cancelled = inWeek.filter((visit) => visit.patientId === change.patientId && between(change, visit.date));
      return cancelled.length > 0 ? takeOut(cancelled) : gone('this patient has no visits on those days', 'from');
    }
    case 'urgent': {
      const { patientId, serviceCode, minutes, windowFrom, windowTo } = change;
      const dates = [...new Set(change.dates)].filter((date) => daysOfWeek(rows.week).includes(date)).sort();
      if (dates.length === 0) return gone('none of those days lies in this week', 'dates');
      if (!rows.patients.some(({ id }) => id === patientId)) return gone('no such patient in this region', 'patientId');
      const added = dates.map(
        (date): Visit => ({
          id: deterministicId('urgent-visit', patientId, serviceCode, date, windowFrom),
          regionId: rows.region.id,
          week: rows.week,
          patientId,
          requirementId: null,
          serviceCode,
          date,
          start: null,
          minutes,
          windowFrom,
          windowTo,
          providerPreference: 'any',
          priority: 'urgent',
          note: '',
          cancelledAt: null,
        }),
      );
      const known = new Set(rows.visits.map(({ id }) => id));
      if (added.some(({ id }) => known.has(id))) return gone('this referral is in the week already', 'dates');
      return result({
        rows: {
          ...base,
          visits: [...rows.visits, ...added.map((visit) => ({ ...visit, staffId: null, pinned: false, stamp: '' }))],
        },
        affected: added.map(({ id }) => id),
        added,
      });
    }
  }
}
