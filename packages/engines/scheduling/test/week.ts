/** Small weeks by hand: one place a kilometre along a line, one minute a kilometre, times as `HH:MM` of one Monday. */
import { unwrap } from '@fieldfare/kernel';
import { compileWeek } from '../src/compile.ts';
import { createPlan, type Plan } from '../src/plan.ts';
import type { EngineStaff, EngineVisit, WeekProblem } from '../src/problem.ts';
import { MONDAY } from './generate.ts';

export const at = (time: string): number => MONDAY + Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

export const staffOf = (id: string, more: Partial<EngineStaff> = {}): EngineStaff => ({
  id,
  role: 'nurse',
  partner: false,
  shifts: [{ start: at('08:00'), end: at('16:00') }],
  capacityMinutes: 480,
  homePlace: 0,
  ...more,
});

export const visitOf = (id: string, more: Partial<EngineVisit> = {}): EngineVisit => ({
  id,
  patientId: `patient of ${id}`,
  place: 0,
  minutes: 60,
  roles: ['nurse'],
  provider: 'any',
  priority: 1,
  startWindows: [{ start: at('08:00'), end: at('15:00') }],
  preferredStaffId: null,
  placed: null,
  fixed: false,
  ...more,
});

export function weekOf(staff: EngineStaff[], visits: EngineVisit[], more: Partial<WeekProblem> = {}): WeekProblem {
  return {
    horizon: { start: MONDAY, end: MONDAY + 7 * 1440 },
    midnights: [0, 1, 2, 3, 4, 5, 6, 7].map((day) => MONDAY + day * 1440),
    staff,
    visits,
    placeCount: 100,
    travelMinutes: (from, to) => Math.abs(from - to),
    travelBucket: () => 0,
    ...more,
  };
}

export const planOf = (week: WeekProblem): Plan => createPlan(unwrap(compileWeek(week)));
