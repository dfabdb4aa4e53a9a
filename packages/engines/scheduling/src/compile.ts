/**
 * From plain input to the typed arrays the search runs on. Everything after this file speaks in indexes:
 * visit 0 … visitCount-1, staff 0 … staffCount-1, in the order of the input.
 */
import { fail, ok, type Problem, type Result } from '@fieldfare/kernel';
import { type BreakLists, breakListsOf } from './break-lists.ts';
import { createDayCount, type DayCount } from './day-count.ts';
import { type PairLists, pairListsOf } from './pair-lists.ts';
import { type PartnerLists, partnerListsOf } from './partner-lists.ts';
import { mostMinutesOf, overtimeFromOf } from './pay.ts';
import { LEVELS, type RuleId, type RuleLevel, type WeekProblem } from './problem.ts';
import { createTravelTable, type TravelTable } from './travel-table.ts';
import { WEIGHTS, type Weights } from './weights.ts';
import { problemsOf } from './well-formed.ts';

export const PROVIDER_ANY = 0;
export const PROVIDER_OWN = 1;
const PROVIDER_PARTNER = 2;

/** Staff who may deliver a kind of visit (role, provider, skills, contract, not blocked); visits with equal needs share one group. */
export interface EligibleGroup {
  /** Staff indexes, ascending. */
  readonly staff: Int32Array;
  /** Position in `staff` by staff index, -1 when not eligible. */
  readonly position: Int32Array;
  /** By staff index, 1: SCH-BLOCKED, SCH-SKILL, SCH-CONTRACT. */
  readonly blocked: Uint8Array;
  readonly unskilled: Uint8Array;
  readonly uncontracted: Uint8Array;
}

export interface CompiledWeek extends PairLists, PartnerLists, BreakLists {
  readonly problem: WeekProblem;
  readonly staffCount: number;
  readonly visitCount: number;
  readonly patientCount: number;
  readonly staffIndex: ReadonlyMap<string, number>;
  readonly visitIndex: ReadonlyMap<string, number>;

  readonly staffRoleBit: Uint32Array;
  readonly staffPartner: Uint8Array;
  readonly staffCapacity: Int32Array;
  /** SCH-CAPACITY: the most visit minutes, overtime included. */
  readonly staffMost: Int32Array;
  readonly staffOvertimeFrom: Int32Array;
  /** Cents an hour. */
  readonly staffPrice: Int32Array;
  readonly staffHome: Int32Array;
  /** Shifts of staff `s` are `shiftFrom[s]` … `shiftFrom[s + 1] - 1` in `shiftStart` and `shiftEnd`. */
  readonly shiftFrom: Int32Array;
  readonly shiftStart: Int32Array;
  readonly shiftEnd: Int32Array;
  /** The day on which a shift begins, as `days` counts. */
  readonly shiftDay: Int32Array;
  readonly restMinutes: number;
  readonly levels: Readonly<Record<RuleId, RuleLevel>>;

  readonly visitPatient: Int32Array;
  readonly visitPlace: Int32Array;
  readonly visitMinutes: Int32Array;
  readonly visitRoleMask: Uint32Array;
  readonly visitProvider: Uint8Array;
  readonly visitPriority: Uint8Array;
  readonly visitStakes: Uint8Array;
  /** What continuity is multiplied with: by visit, and by patient (the most of the patient's visits). */
  readonly visitContinuity: Uint8Array;
  readonly patientContinuity: Uint8Array;
  readonly visitFixed: Uint8Array;
  /** Staff index, -1: no wish, or a wish for somebody who is not in this week. */
  readonly visitPreferred: Int32Array;
  /** What was told; -1: nothing, or a carer who is not in this week. */
  readonly visitToldStaff: Int32Array;
  readonly visitToldStart: Int32Array;
  readonly visitPlacedStaff: Int32Array;
  readonly visitPlacedStart: Int32Array;
  /** Start windows of visit `v` are `windowFrom[v]` … `windowFrom[v + 1] - 1`; both ends included. */
  readonly windowFrom: Int32Array;
  readonly windowStart: Int32Array;
  readonly windowEnd: Int32Array;
  /** Visits of one patient with the same number keep a gap; -1: none asked. In minutes and in days, 0: none. */
  readonly visitSpacing: Int32Array;
  readonly spacingMinutes: Int32Array;
  readonly spacingDays: Int32Array;
  readonly days: DayCount;
  /** Longest visit: how far back an overlap can reach. */
  readonly longestVisit: number;

  readonly groups: readonly EligibleGroup[];
  readonly visitGroup: Int32Array;
  readonly travel: TravelTable;
  readonly weights: Weights;
}

/** Checks the input and lays it out. Every problem found is returned, each with its path; nothing throws. */
export function compileWeek(problem: WeekProblem): Result<CompiledWeek> {
  const problems: Problem[] = problemsOf(problem);
  const [first, ...rest] = problems;
  if (first !== undefined) return fail(first, ...rest);

  const { staff, visits } = problem;
  const staffIndex = new Map(staff.map((member, index) => [member.id, index]));
  const visitIndex = new Map(visits.map((visit, index) => [visit.id, index]));
  const patientIndex = new Map<string, number>();
  for (const visit of visits) {
    if (!patientIndex.has(visit.patientId)) patientIndex.set(visit.patientId, patientIndex.size);
  }
  // Only roles that somebody has need a bit; a role that nobody has can never match.
  const roleBit = new Map<string, number>();
  for (const member of staff) {
    if (!roleBit.has(member.role)) roleBit.set(member.role, (1 << roleBit.size) >>> 0);
  }

  const levels = Object.fromEntries(
    Object.entries(LEVELS).map(([rule, [usual]]) => [rule, problem.levels?.[rule as RuleId] ?? usual]),
  ) as Record<RuleId, RuleLevel>;
  const days = createDayCount(problem.midnights ?? [problem.horizon.start]);
  const shifts = flatten(staff.map((member) => member.shifts));
  const windows = flatten(visits.map((visit) => visit.startWindows));
  const staffRoleBit = Uint32Array.from(staff, (member) => roleBit.get(member.role) ?? 0);
  const staffPartner = Uint8Array.from(staff, (member) => (member.partner ? 1 : 0));
  const visitRoleMask = Uint32Array.from(visits, (visit) => {
    let mask = 0;
    for (const role of visit.roles) mask |= roleBit.get(role) ?? 0;
    return mask >>> 0;
  });
  const visitProvider = Uint8Array.from(visits, ({ provider }) =>
    provider === 'any' || levels['SCH-PROVIDER'] === 'off'
      ? PROVIDER_ANY
      : provider === 'own'
        ? PROVIDER_OWN
        : PROVIDER_PARTNER,
  );

  const spacingIndex = new Map<string, number>();
  for (const { spacing } of visits) {
    if (levels['SCH-SPACING'] === 'off') break;
    if (spacing && !spacingIndex.has(spacing.group)) spacingIndex.set(spacing.group, spacingIndex.size);
  }

  const partners = partnerListsOf(problem, levels, staffIndex);
  const groups: EligibleGroup[] = [];
  const groupByNeed = new Map<string, number>();
  const asksSkills = levels['SCH-SKILL'] !== 'off';
  const visitGroup = Int32Array.from(visits, (row, visit) => {
    const mask = visitRoleMask[visit] as number;
    const provider = visitProvider[visit] as number;
    const skills = asksSkills ? [...(row.skills ?? [])].sort() : [];
    const blockedIds = [...(row.blockedStaffIds ?? [])].sort();
    const service = partners.asksContract ? (row.service ?? '') : '';
    const need = [mask, provider, skills.join(), blockedIds.join(), service].join('/');
    const known = groupByNeed.get(need);
    if (known !== undefined) return known;
    const blocked = Uint8Array.from(staff, ({ id }) => Number(blockedIds.includes(id)));
    const unskilled = Uint8Array.from(staff, (member) =>
      Number(skills.some((skill) => !(member.skills ?? []).includes(skill))),
    );
    const uncontracted = partners.uncontractedFor(service);
    groups.push(
      eligibleGroup(
        staff.map(
          (_, index) =>
            ((staffRoleBit[index] as number) & mask) !== 0 &&
            blocked[index] === 0 &&
            unskilled[index] === 0 &&
            uncontracted[index] === 0 &&
            providerMatches(provider, staffPartner[index] as number),
        ),
        { blocked, unskilled, uncontracted },
      ),
    );
    groupByNeed.set(need, groups.length - 1);
    return groups.length - 1;
  });

  return ok({
    problem,
    staffCount: staff.length,
    visitCount: visits.length,
    patientCount: patientIndex.size,
    staffIndex,
    visitIndex,
    staffRoleBit,
    staffPartner,
    staffCapacity: Int32Array.from(staff, (member) => member.capacityMinutes),
    staffMost: Int32Array.from(staff, mostMinutesOf),
    staffOvertimeFrom: Int32Array.from(staff, overtimeFromOf),
    staffPrice: Int32Array.from(staff, ({ centsAnHour = 0 }) => centsAnHour),
    staffHome: Int32Array.from(staff, (member) => member.homePlace),
    shiftFrom: shifts.from,
    shiftStart: shifts.start,
    shiftEnd: shifts.end,
    shiftDay: shifts.start.map((start) => days.dayOf(start)),
    restMinutes: levels['SCH-REST'] === 'off' ? 0 : (problem.restMinutes ?? 0),
    levels,
    visitPatient: Int32Array.from(visits, (visit) => patientIndex.get(visit.patientId) ?? -1),
    visitPlace: Int32Array.from(visits, (visit) => visit.place),
    visitMinutes: Int32Array.from(visits, (visit) => visit.minutes),
    visitRoleMask,
    visitProvider,
    visitPriority: Uint8Array.from(visits, (visit) => visit.priority),
    visitStakes: Uint8Array.from(visits, ({ stakes = 1 }) => stakes),
    visitContinuity: Uint8Array.from(visits, ({ continuity = 1 }) => continuity),
    patientContinuity: mostByPatient(problem, patientIndex),
    visitFixed: Uint8Array.from(visits, (visit) => (visit.fixed ? 1 : 0)),
    visitPreferred: Int32Array.from(visits, ({ preferredStaffId }) =>
      preferredStaffId === null ? -1 : (staffIndex.get(preferredStaffId) ?? -1),
    ),
    visitToldStaff: Int32Array.from(visits, ({ told }) => (told ? (staffIndex.get(told.staffId) ?? -1) : -1)),
    visitToldStart: Int32Array.from(visits, ({ told }) => told?.start ?? -1),
    visitPlacedStaff: Int32Array.from(visits, ({ placed }) =>
      placed === null ? -1 : (staffIndex.get(placed.staffId) ?? -1),
    ),
    visitPlacedStart: Int32Array.from(visits, ({ placed }) => placed?.start ?? -1),
    windowFrom: windows.from,
    windowStart: windows.start,
    windowEnd: windows.end,
    visitSpacing: Int32Array.from(visits, ({ spacing }) => (spacing ? (spacingIndex.get(spacing.group) ?? -1) : -1)),
    spacingMinutes: Int32Array.from(visits, ({ spacing }) => spacing?.minutes ?? 0),
    spacingDays: Int32Array.from(visits, ({ spacing }) => spacing?.days ?? 0),
    ...pairListsOf(visits, visitIndex),
    ...partners.lists,
    ...breakListsOf(problem, levels['SCH-BREAK'] !== 'off'),
    days,
    longestVisit: visits.reduce((longest, visit) => Math.max(longest, visit.minutes), 0),
    groups,
    visitGroup,
    travel: createTravelTable(problem),
    weights: problem.weights ?? WEIGHTS,
  });
}

function flatten(lists: readonly (readonly { readonly start: number; readonly end: number }[])[]) {
  const count = lists.reduce((sum, list) => sum + list.length, 0);
  const from = new Int32Array(lists.length + 1);
  const start = new Int32Array(count);
  const end = new Int32Array(count);
  let at = 0;
  lists.forEach((list, index) => {
    from[index] = at;
    for (const interval of list) {
      start[at] = interval.start;
      end[at] = interval.end;
      at += 1;
    }
  });
  from[lists.length] = at;
  return { from, start, end };
}

function mostByPatient({ visits }: WeekProblem, patientIndex: ReadonlyMap<string, number>): Uint8Array {
  const most = new Uint8Array(patientIndex.size);
  for (const { patientId, continuity = 1 } of visits) {
    const patient = patientIndex.get(patientId) as number;
    most[patient] = Math.max(most[patient] as number, continuity);
  }
  return most;
}

function eligibleGroup(
  eligible: readonly boolean[],
  barred: Pick<EligibleGroup, 'blocked' | 'unskilled' | 'uncontracted'>,
): EligibleGroup {
  const position = new Int32Array(eligible.length).fill(-1);
  const staff: number[] = [];
  eligible.forEach((may, index) => {
    if (may) position[index] = staff.push(index) - 1;
  });
  return { staff: Int32Array.from(staff), position, ...barred };
}

/** SCH-PROVIDER as one predicate: eligibility and feasibility both ask it. */
export function providerMatches(provider: number, partner: number): boolean {
  return provider === PROVIDER_ANY || (provider === PROVIDER_PARTNER) === (partner === 1);
}
