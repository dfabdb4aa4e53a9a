/** Is this input a week the engine can work on? Broken rules inside the week are not asked here: those load. */
import { type Problem, problem } from '@fieldfare/kernel';
import { type EngineStaff, type EngineVisit, type Interval, LEVELS, type RuleId, type WeekProblem } from './problem.ts';

/** Roles are bits of one 32-bit word. */
const MOST_ROLES = 32;
/** Minutes must fit a 32-bit integer. */
const MOST_MINUTE = 2 ** 31 - 1;
/** Capacities and prices leave room for sums. */
const MOST_WORK = 10_000_000;

type Path = readonly (string | number)[];

const whole = (value: number): boolean => Number.isInteger(value) && value >= 0;

/** All that is wrong, in input order; empty when well formed. */
export function problemsOf(week: WeekProblem): Problem[] {
  const problems: Problem[] = [];
  const report = (message: string, path: Path, params?: Problem['params']): void => {
    problems.push(problem('invalid', message, { rule: 'SCH-INPUT', path, ...(params ? { params } : {}) }));
  };
  const minute = (value: number, path: Path): boolean => {
    const good = Number.isInteger(value) && value >= 0 && value < MOST_MINUTE;
    if (!good) report('not a whole minute since the epoch', path);
    return good;
  };
  const place = (value: number, path: Path): void => {
    if (!Number.isInteger(value) || value < 0 || value >= week.placeCount) report('no such place', path);
  };

  minute(week.horizon.start, ['horizon', 'start']);
  minute(week.horizon.end, ['horizon', 'end']);
  if (week.horizon.end <= week.horizon.start) report('the horizon is empty', ['horizon']);

  week.midnights?.forEach((midnight, day, all) => {
    const after = day === 0 ? -1 : (all[day - 1] as number);
    if (minute(midnight, ['midnights', day]) && midnight <= after) {
      report('midnights are in order', ['midnights', day]);
    }
  });
  if (week.midnights?.length === 0) report('a week has midnights', ['midnights']);

  if (week.restMinutes !== undefined && !whole(week.restMinutes)) report('rest is whole minutes', ['restMinutes']);
  for (const [rule, level] of Object.entries(week.levels ?? {})) {
    if (!LEVELS[rule as RuleId]?.includes(level)) report('the rule cannot be set to this', ['levels', rule]);
  }

  const staffIds = new Set<string>();
  const roles = new Set<string>();
  week.staff.forEach((member, index) => {
    const path: Path = ['staff', index];
    if (staffIds.has(member.id)) report('two members of staff have this id', [...path, 'id'], { id: member.id });
    staffIds.add(member.id);
    roles.add(member.role);
    if (member.role === '') report('a member of staff has a role', [...path, 'role']);
    place(member.homePlace, [...path, 'homePlace']);
    for (const name of ['capacityMinutes', 'overtimeMinutes', 'centsAnHour'] as const) {
      if (!whole(member[name] ?? 0) || (member[name] ?? 0) > MOST_WORK) {
        report('capacity, overtime and price are whole numbers', [...path, name]);
      }
    }
    shiftsOf(member, path);
  });
  if (roles.size > MOST_ROLES) {
    problems.push(
      problem('unsupported', 'more different roles than the engine can tell apart', {
        rule: 'SCH-INPUT',
        path: ['staff'],
        params: { roles: roles.size, most: MOST_ROLES },
      }),
    );
  }

  week.partners?.forEach((partner, index) => {
    const path: Path = ['partners', index];
    const { capacityMinutes = 0, earliest = 0 } = partner;
    if (!whole(capacityMinutes) || capacityMinutes > MOST_WORK) {
      report('capacity, overtime and price are whole numbers', [...path, 'capacityMinutes']);
    }
    minute(earliest, [...path, 'earliest']);
  });

  const visitIds = new Set<string>();
  week.visits.forEach((visit, index) => {
    const path: Path = ['visits', index];
    if (visitIds.has(visit.id)) report('two visits have this id', [...path, 'id'], { id: visit.id });
    visitIds.add(visit.id);
    place(visit.place, [...path, 'place']);
    if (!Number.isInteger(visit.minutes) || visit.minutes < 1 || visit.minutes > 10_080) {
      report('a visit lasts between one minute and a week', [...path, 'minutes']);
    }
    for (const name of ['stakes', 'continuity'] as const) {
      const value = visit[name] ?? 1;
      if (!whole(value) || value > 9 || (name === 'stakes' && value === 0)) {
        report('a whole number up to 9', [...path, name]);
      }
    }
    if (visit.roles.length === 0) report('no role may deliver this visit', [...path, 'roles']);
    const { spacing } = visit;
    if (spacing && !(whole(spacing.minutes) && whole(spacing.days))) {
      report('a gap is a whole number of minutes and of days', [...path, 'spacing']);
    }
    const { pair } = visit;
    if (pair && !(whole(pair.leastMinutes) && whole(pair.mostMinutes) && pair.leastMinutes <= pair.mostMinutes)) {
      report('the second of a pair starts between a least and a most of whole minutes', [...path, 'pair']);
    }
    windowsOf(visit, path);
    if (visit.told) minute(visit.told.start, [...path, 'told', 'start']);
    if (visit.placed === null) return;
    minute(visit.placed.start, [...path, 'placed', 'start']);
    if (!staffIds.has(visit.placed.staffId)) {
      report('placed with somebody who is not in this week', [...path, 'placed', 'staffId'], {
        id: visit.placed.staffId,
      });
    }
  });
  return problems;

  function shiftsOf(member: EngineStaff, path: Path): void {
    let previous: Interval | undefined;
    member.shifts.forEach((shift, at) => {
      const here = [...path, 'shifts', at];
      if (!minute(shift.start, here) || !minute(shift.end, here)) return;
      if (shift.end <= shift.start) report('a shift ends after it starts', here);
      if (previous !== undefined && shift.start < previous.end) report('shifts overlap or are out of order', here);
      const pause = shift.break;
      if (pause && minute(pause.start, here) && minute(pause.end, here)) {
        const whole = Number.isInteger(pause.minutes) && pause.minutes > 0;
        if (!whole || pause.end <= pause.start) report('a break is some minutes in a window', [...here, 'break']);
      }
      previous = shift;
    });
  }

  function windowsOf(visit: EngineVisit, path: Path): void {
    let previous: Interval | undefined;
    visit.startWindows.forEach((window, at) => {
      const here = [...path, 'startWindows', at];
      if (!minute(window.start, here) || !minute(window.end, here)) return;
      if (window.end < window.start) report('a window closes before it opens', here);
      if (window.start < week.horizon.start || window.end > week.horizon.end) {
        report('the window lies outside the horizon', here);
      }
      if (previous !== undefined && window.start < previous.start) report('windows are out of order', here);
      previous = window;
    });
  }
}
