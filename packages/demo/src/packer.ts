/**
 * A first-fit packer for one region's week: enough to make believable history, no optimiser. It keeps the promises
 * the board is checked by (`SCH-*`): no overlap of staff or patient, inside availability and window, drivable,
 * within capacity.
 */
import type { Absence, Patient, Requirement, Staff, Visit } from '@fieldfare/domain/tables';
import { isoWeekday, type LocalDate, minuteOfDay, timeOfMinute } from '@fieldfare/kernel';
import { type Area, distanceKm, driveMinutes, type Point } from './geography.ts';
import { mayDeliver } from './patients.ts';

interface Booking {
  readonly start: number;
  readonly end: number;
  readonly place: Point;
}

export interface Placement {
  readonly visitId: string;
  readonly staffId: string;
  readonly start: string;
}

/** A patient gets at least this much quiet between two visits. */
const PATIENT_GAP_MINUTES = 30;
const STEP_MINUTES = 5;
/** Nobody drives across the whole area: beyond this many carers the search stops. */
const MOST_CARERS = 40;

/** For each requirement the carers who may deliver it: the usual one first, then the nearest. */
export function carersByRequirement(
  requirements: readonly Requirement[],
  patients: ReadonlyMap<string, Patient>,
  staff: readonly Staff[],
): ReadonlyMap<string, readonly Staff[]> {
  return new Map(
    requirements.map((requirement) => {
      const patient = patients.get(requirement.patientId);
      const ranked = staff
        .filter((person) => mayDeliver(person, requirement.serviceCode, requirement.providerPreference))
        .map((person) => ({
          person,
          far:
            person.id === requirement.preferredStaffId || !patient
              ? -1
              : distanceKm(patient, { lat: person.homeLat, lng: person.homeLng }),
        }))
        .sort((a, b) => a.far - b.far || (a.person.id < b.person.id ? -1 : 1));
      return [requirement.id, ranked.slice(0, MOST_CARERS).map(({ person }) => person)];
    }),
  );
}

export function packWeek(options: {
  readonly area: Area;
  readonly visits: readonly Visit[];
  readonly patients: ReadonlyMap<string, Patient>;
  readonly carers: ReadonlyMap<string, readonly Staff[]>;
  readonly absences: readonly Absence[];
}): readonly Placement[] {
  const { area, visits, patients, carers, absences } = options;
  const staffDays = new Map<string, Booking[]>();
  const patientDays = new Map<string, Booking[]>();
  const booked = new Map<string, number>();
  const placements: Placement[] = [];

  const dates = [...new Set(visits.flatMap(({ date }) => date ?? []))];
  const away = new Set(
    absences.flatMap(({ staffId, fromDate, toDate }) =>
      dates.filter((date) => fromDate <= date && date <= toDate).map((date) => `${staffId}/${date}`),
    ),
  );

  function fit(visit: Visit, date: LocalDate, person: Staff, place: Point): number | null {
    if ((booked.get(person.id) ?? 0) + visit.minutes > person.capacityMinutes || away.has(`${person.id}/${date}`))
      return null;
    const weekday = isoWeekday(date);
    const own = staffDays.get(`${person.id}/${date}`) ?? [];
    const theirs = patientDays.get(`${visit.patientId}/${date}`) ?? [];
    for (const stretch of person.availability) {
      if (stretch.weekday !== weekday) continue;
      const first = Math.max(minuteOfDay(visit.windowFrom), minuteOfDay(stretch.from));
      const last = Math.min(minuteOfDay(visit.windowTo), minuteOfDay(stretch.to) - visit.minutes);
      for (let start = first; start <= last; start += STEP_MINUTES) {
        const end = start + visit.minutes;
        const free = own.every((other) =>
          other.start < start
            ? other.end + driveMinutes(area, other.place, place, other.end) <= start
            : end + driveMinutes(area, place, other.place, end) <= other.start,
        );
        const quiet = theirs.every(
          (other) => other.end + PATIENT_GAP_MINUTES <= start || end + PATIENT_GAP_MINUTES <= other.start,
        );
        if (free && quiet) return start;
      }
    }
    return null;
  }

  function place(visit: Visit, candidates: readonly Staff[]): boolean {
    const { date } = visit;
    const patient = patients.get(visit.patientId);
    if (date === null || !patient) return false;
    const at = { lat: patient.lat, lng: patient.lng };
    for (const person of candidates) {
      const start = fit(visit, date, person, at);
      if (start === null) continue;
      const booking = { start, end: start + visit.minutes, place: at };
      push(staffDays, `${person.id}/${date}`, booking);
      push(patientDays, `${visit.patientId}/${date}`, booking);
      booked.set(person.id, (booked.get(person.id) ?? 0) + visit.minutes);
      placements.push({ visitId: visit.id, staffId: person.id, start: timeOfMinute(start) });
      return true;
    }
    return false;
  }

  // Continuity first: everybody to the carer they know, then the rest to whoever is near and free.
  const carersOf = (visit: Visit): readonly Staff[] => carers.get(visit.requirementId ?? '') ?? [];
  const left = [...visits].sort(byTightness).filter((visit) => !place(visit, carersOf(visit).slice(0, 1)));
  for (const visit of left) place(visit, carersOf(visit).slice(1));
  return placements;
}

function push(days: Map<string, Booking[]>, key: string, booking: Booking): void {
  const list = days.get(key);
  if (list) list.push(booking);
  else days.set(key, [booking]);
}

/** The narrowest and earliest windows choose first. */
function byTightness(a: Visit, b: Visit): number {
  const width = (visit: Visit): number => minuteOfDay(visit.windowTo) - minuteOfDay(visit.windowFrom);
  return (
    width(a) - width(b) || (a.windowFrom < b.windowFrom ? -1 : a.windowFrom > b.windowFrom ? 1 : a.id < b.id ? -1 : 1)
  );
}
