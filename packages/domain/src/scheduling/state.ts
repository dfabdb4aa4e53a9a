/**
 * The scheduler's state of one week as one answer, for screens and programs that plan from outside: what the board shows,
 * who has room, whom it is about, and for what is unscheduled the best places or why there is none.
 *
 *  SCH-STATE  everything in one answer is of one and the same state of the rows
 */
import { funnelOf } from '@fieldfare/engine-scheduling';
import { type IsoWeek, invariant, unwrap } from '@fieldfare/kernel';
import { compareText, groupBy } from '../collections.ts';
import type { Context } from '../procedure.ts';
import type { BoardConflict, BoardLane, BoardVisit, Candidate, WeekBoard } from './board.ts';
import { weekBoard } from './board-query.ts';
import { readyForWeek } from './shards.ts';
import { atWork, fittingCandidates } from './suggest.ts';
import { unplacedReason } from './violations.ts';
import { sharedWorkbench, weekVersion } from './workbench.ts';

/** What lanes are gathered by. */
export const LANE_GROUPS = ['team', 'role', 'employment', 'partner'] as const;
export type LaneGroup = (typeof LANE_GROUPS)[number];

export interface StateInput {
  readonly regionId: string;
  readonly week: IsoWeek;
  readonly groupBy: LaneGroup;
  /** Places told of each unscheduled visit. */
  readonly candidates: number;
  /** Unscheduled visits that are asked about, most urgent first; the rest are `unasked`. */
  readonly visits: number;
}

export interface StaffSummary
  extends Pick<
    BoardLane,
    'staffId' | 'name' | 'role' | 'team' | 'employmentType' | 'partnerName' | 'capacityMinutes' | 'bookedMinutes'
  > {
  /** Negative: over capacity. */
  readonly freeMinutes: number;
  readonly visits: number;
  readonly patients: number;
  /** Days of the week with hours, Monday 1 to Sunday 7, absences taken out. */
  readonly workdays: readonly number[];
}

export interface LaneSummary {
  readonly group: string;
  readonly staffIds: readonly string[];
  readonly capacityMinutes: number;
  readonly bookedMinutes: number;
}

export interface PatientSummary {
  readonly patientId: string;
  readonly name: string;
  readonly risk: BoardVisit['patientRisk'];
  readonly municipality: string;
  readonly visits: number;
  readonly unscheduled: number;
  /** Carers of this week. */
  readonly carers: readonly string[];
}

export interface UnscheduledVisit extends BoardVisit {
  /** `open`: `candidates` can take it; `none`: nobody can, `reason` says why; `unasked`: beyond what was asked about. */
  readonly status: 'open' | 'none' | 'unasked';
  /** Best first, each breaking no rule. */
  readonly candidates: readonly Candidate[];
  readonly reason: string | null;
}

export interface SchedulerState
  extends Pick<WeekBoard, 'regionId' | 'regionName' | 'week' | 'zone' | 'days' | 'writable'> {
  readonly staff: readonly StaffSummary[];
  readonly lanes: readonly LaneSummary[];
  readonly patients: readonly PatientSummary[];
  /** With a carer. */
  readonly scheduled: readonly BoardVisit[];
  /** Most urgent first. */
  readonly unscheduled: readonly UnscheduledVisit[];
  /** Open ones. */
  readonly conflicts: readonly BoardConflict[];
}

const URGENCY = { urgent: 0, high: 1, routine: 2 } as const;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

function staffSummary(lane: BoardLane, visits: readonly BoardVisit[]): StaffSummary {
  const { staffId, name, role, team, employmentType, partnerName, capacityMinutes, bookedMinutes } = lane;
  return {
    ...{ staffId, name, role, team, employmentType, partnerName, capacityMinutes, bookedMinutes },
    freeMinutes: capacityMinutes - bookedMinutes,
    visits: visits.length,
    patients: new Set(visits.map(({ patientId }) => patientId)).size,
    workdays: lane.availability.flatMap((hours, day) =>
      hours.length > 0 && lane.absence[day] === null ? day + 1 : [],
    ),
  };
}

const groupOf = (lane: BoardLane, by: LaneGroup): string =>
  by === 'team'
    ? lane.team
    : by === 'role'
      ? lane.role
      : by === 'employment'
        ? lane.employmentType
        : (lane.partnerName ?? '');

/** Lanes gathered by what the caller asks for; the empty group is our own staff. */
export const laneSummaries = (lanes: readonly BoardLane[], by: LaneGroup): readonly LaneSummary[] =>
  [...groupBy(lanes, (lane) => groupOf(lane, by))]
    .map(([group, own]) => ({
      group,
      staffIds: own.map(({ staffId }) => staffId),
      capacityMinutes: sum(own.map(({ capacityMinutes }) => capacityMinutes)),
      bookedMinutes: sum(own.map(({ bookedMinutes }) => bookedMinutes)),
    }))
    .sort((a, b) => compareText(a.group, b.group));

export const patientSummaries = (visits: readonly BoardVisit[]): readonly PatientSummary[] =>
  [...groupBy(visits, ({ patientId }) => patientId)]
    .map(([patientId, own]): PatientSummary => {
      const [first] = own;
      invariant(first !== undefined, 'a group has a visit');
      return {
        patientId,
        name: first.patientName,
        risk: first.patientRisk,
        municipality: first.municipality,
        visits: own.length,
        unscheduled: own.filter(({ staffId }) => staffId === null).length,
        carers: [...new Set(own.flatMap(({ staffId }) => staffId ?? []))].sort(compareText),
      };
    })
    .sort((a, b) => compareText(a.name, b.name) || compareText(a.patientId, b.patientId));

export async function schedulerState(ctx: Context, input: StateInput): Promise<SchedulerState> {
  unwrap(await readyForWeek(ctx, input));
  // A change between the two reads would mix two states: read again then.
  for (;;) {
    const version = weekVersion(ctx, input);
    const bench = await sharedWorkbench(ctx, input);
    const board = await weekBoard(ctx, input);
    if (weekVersion(ctx, input) !== version) continue;
    const staff = atWork(bench).map((one) => one.staff);
    const waiting = board.visits
      .filter(({ staffId }) => staffId === null)
      .sort((a, b) => URGENCY[a.priority] - URGENCY[b.priority] || compareText(a.id, b.id));
    const byCarer = groupBy(board.visits, ({ staffId }) => staffId);
    return {
      regionId: board.regionId,
      regionName: board.regionName,
      week: board.week,
      zone: board.zone,
      days: board.days,
      writable: board.writable,
      staff: board.lanes.map((lane) => staffSummary(lane, byCarer.get(lane.staffId) ?? [])),
      lanes: laneSummaries(board.lanes, input.groupBy),
      patients: patientSummaries(board.visits),
      scheduled: board.visits.filter(({ staffId }) => staffId !== null),
      unscheduled: waiting.map((visit, index): UnscheduledVisit => {
        const at = bench.compiled.visitIndex.get(visit.id);
        if (at === undefined || index >= input.visits) {
          return { ...visit, status: 'unasked', candidates: [], reason: null };
        }
        const found = fittingCandidates(bench, at, input.candidates).map(({ candidate }) => candidate);
        if (found.length > 0) return { ...visit, status: 'open', candidates: found, reason: null };
        return { ...visit, status: 'none', candidates: [], reason: unplacedReason(funnelOf(bench.plan, at, staff)) };
      }),
      conflicts: board.conflicts.filter(({ resolution }) => resolution === null),
    };
  }
}
