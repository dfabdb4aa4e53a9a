/**
 * Double bookings: pairs of visits that need one carer, or one patient, at the same time. Pure; the result does not
 * depend on the order of the rows.
 *
 *  CNF-STAFF    two placed visits of one carer overlap in elapsed time
 *  CNF-PATIENT  two placed visits to one patient overlap, unless two carers were asked for
 *  CNF-HOLD     the visit that was put in its place first holds it for now (lower stamp; ties by id); both stay
 */
import {
  type Hlc,
  type IsoWeek,
  type LocalDate,
  type LocalTime,
  maxHlc,
  stableHash,
  type Zone,
} from '@fieldfare/kernel';
import { compareText, groupBy } from '../../collections.ts';
import { createDayClocks } from '../day-clock.ts';
import { type ClashSide, type DerivedConflict, type Mark, scopeOf } from './facts.ts';

/** When a visit that stands takes place, for whom and with whom: enough to see an overlap. */
export interface PlacedSlot {
  readonly visitId: string;
  readonly zone: Zone;
  readonly patientId: string;
  readonly staffId: string;
  readonly date: LocalDate;
  readonly start: LocalTime;
  readonly minutes: number;
  /** The visit whose second carer this is. */
  readonly pairOf: string | null;
}

/** The same with all that a conflict tells: not cancelled or deleted, with a carer, a day and a start. */
export interface PlacedVisit extends PlacedSlot {
  readonly regionId: string;
  readonly week: IsoWeek;
  readonly serviceCode: string;
  readonly dateSet: Mark;
  readonly startSet: Mark;
  readonly staffSet: Mark;
  readonly minutesStamp: Hlc;
}

interface Timed {
  readonly visit: PlacedSlot;
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** The last of the three decisions that put a visit where it is. */
function placedBy({ dateSet, startSet, staffSet }: PlacedVisit): Mark {
  const stamp = maxHlc(maxHlc(dateSet.stamp, startSet.stamp), staffSet.stamp);
  return [staffSet, startSet, dateSet].find((mark) => mark.stamp === stamp) as Mark;
}

export function sideOf(visit: PlacedVisit): ClashSide {
  const { visitId, regionId, week, patientId, staffId, serviceCode, date, start, minutes } = visit;
  const { by, stamp } = placedBy(visit);
  return { visitId, regionId, week, patientId, staffId, serviceCode, date, start, minutes, by, stamp };
}

export const stampsOf = (visit: PlacedVisit): string[] => [
  visit.visitId,
  visit.dateSet.stamp,
  visit.startSet.stamp,
  visit.staffSet.stamp,
  visit.minutesStamp,
];

function clash(kind: ClashKind, a: PlacedVisit, b: PlacedVisit): DerivedConflict {
  const stamped = [a, b].map((visit) => ({ visit, side: sideOf(visit) }));
  stamped.sort((x, y) => compareText(x.side.stamp, y.side.stamp) || compareText(x.visit.visitId, y.visit.visitId));
  const [holder, other] = stamped as [(typeof stamped)[number], (typeof stamped)[number]];
  const [low, high] = a.visitId < b.visitId ? [a, b] : [b, a];
  const staff = kind === 'double-booked-staff';
  return {
    id: stableHash(kind, staff ? a.staffId : a.patientId, stampsOf(low), stampsOf(high)),
    kind,
    regionId: holder.visit.regionId,
    week: holder.visit.week,
    scopes: [...new Set([scopeOf(a.regionId, a.week), scopeOf(b.regionId, b.week)])].sort(compareText),
    visitIds: [holder.visit.visitId, other.visit.visitId],
    recordIds: [],
    staffId: staff || a.staffId === b.staffId ? a.staffId : null,
    patientId: !staff || a.patientId === b.patientId ? a.patientId : null,
    date: [low.date, high.date].sort(compareText)[0] as string,
    facts: { kind, sides: [holder.side, other.side] },
  };
}

type ClashKind = 'double-booked-staff' | 'double-booked-patient';

const arePair = (a: PlacedSlot, b: PlacedSlot): boolean => a.pairOf === b.visitId || b.pairOf === a.visitId;

export interface Overlap {
  readonly kind: ClashKind;
  /** Positions in the list given. */
  readonly pair: readonly [number, number];
}

/**
 * Pairs of `placed` that double-book somebody; with `about`, those that involve at least one of these visits.
 * Two carers of one visit are not a clash of that visit with itself.
 */
export function findOverlaps(placed: readonly PlacedSlot[], about?: ReadonlySet<string>): Overlap[] {
  const clockOf = createDayClocks();
  const timed = placed.map((visit, index): Timed => {
    const from = clockOf(visit.zone).minuteAt(visit.date, visit.start);
    return { visit, index, from, to: from + visit.minutes };
  });
  const found: Overlap[] = [];
  const sweep = (kind: ClashKind, group: Timed[]): void => {
    if (group.length < 2) return;
    group.sort((a, b) => a.from - b.from);
    for (const [position, first] of group.entries()) {
      for (let next = position + 1; next < group.length; next += 1) {
        const second = group[next] as Timed;
        if (second.from >= first.to) break;
        if (second.visit.visitId === first.visit.visitId) continue;
        if (kind === 'double-booked-patient' && arePair(first.visit, second.visit)) continue;
        if (about && !about.has(first.visit.visitId) && !about.has(second.visit.visitId)) continue;
        found.push({ kind, pair: [first.index, second.index] });
      }
    }
  };
  for (const group of groupBy(timed, ({ visit }) => visit.staffId).values()) sweep('double-booked-staff', group);
  for (const group of groupBy(timed, ({ visit }) => visit.patientId).values()) sweep('double-booked-patient', group);
  return found;
}

/** All double bookings among `placed`; `about`: see `findOverlaps`. */
export function deriveClashes(placed: readonly PlacedVisit[], about?: ReadonlySet<string>): DerivedConflict[] {
  const found = new Map<string, DerivedConflict>();
  for (const { kind, pair } of findOverlaps(placed, about)) {
    const conflict = clash(kind, placed[pair[0]] as PlacedVisit, placed[pair[1]] as PlacedVisit);
    found.set(conflict.id, conflict);
  }
  return [...found.values()];
}
