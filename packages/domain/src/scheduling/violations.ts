/** The engine's findings as sentences for a person. Pure. */
import type { Funnel, Reason, RuleId, Violation } from '@fieldfare/engine-scheduling';
import { fail, type LocalDate, localAt, type Problem, problem, type Result, type Zone } from '@fieldfare/kernel';
import type { BoardViolation } from './board.ts';
import { dayText, lengthText, spanText, weekdayText } from './wording.ts';

/** What a sentence may name. Leave the functions out where names must not appear (logs, problems). */
export interface ViolationNames {
  readonly zone: Zone;
  /** Whose visit that is. */
  readonly patientOfVisit?: (visitId: string) => string | null;
  /** Why the carer is away that day. */
  readonly absenceOn?: (date: LocalDate) => string | null;
  /** See `CompiledProblem.outsideMinutes`. */
  readonly outsideMinutes?: number;
  /** The same of everybody of the carer's partner. */
  readonly partnerOutsideMinutes?: number;
}

const number = (value: string | number | undefined): number => (typeof value === 'number' ? value : 0);

function availability({ params }: Violation, names: ViolationNames): string {
  const day = localAt(number(params.start), names.zone).date;
  const reason = names.absenceOn?.(day) ?? null;
  if (reason !== null) return `Absent on ${weekdayText(day)} (${reason})`;
  if (typeof params.shiftStart !== 'number' || localAt(params.shiftStart, names.zone).date !== day) {
    return `Not available on ${weekdayText(day)}`;
  }
  const works = spanText(params.shiftStart, number(params.shiftEnd), names.zone);
  return `Outside availability: works ${works} on ${weekdayText(day)}`;
}

function staffOverlap({ params }: Violation, names: ViolationNames): string {
  const span = spanText(number(params.otherStart), number(params.otherEnd), names.zone);
  const patient = names.patientOfVisit?.(String(params.otherVisitId ?? '')) ?? null;
  return patient === null ? `The carer already has a visit ${span}` : `Already with ${patient} ${span}`;
}

function spacing({ params }: Violation, names: ViolationNames): string {
  const start = number(params.otherStart);
  const { date } = localAt(start, names.zone);
  const other = `${weekdayText(date)} ${spanText(start, number(params.otherEnd), names.zone)}`;
  if (typeof params.neededDays === 'number') {
    const apart = params.neededDays === 1 ? 'on different days' : `${params.neededDays} days apart`;
    return `Too near the patient’s visit on ${other}: visits of this service are to lie ${apart}`;
  }
  return (
    `Only ${lengthText(number(params.gapMinutes))} from the patient’s visit on ${other}: ` +
    `this service asks for ${lengthText(number(params.neededMinutes))} in between`
  );
}

function sync({ params }: Violation, names: ViolationNames): string {
  const [earliest, latest] = [number(params.earliest), number(params.latest)];
  if (params.deviationMinutes === 0) return 'Already has the other visit of this pair: two carers are asked for';
  const { date } = localAt(number(params.otherStart), names.zone);
  const day = weekdayText(date);
  return earliest === latest
    ? `The other carer comes on ${day} at ${localAt(earliest, names.zone).time}: the two are to come together`
    : `To start on ${day} ${spanText(earliest, latest, names.zone)}, in step with the other carer’s visit`;
}

function travel({ params }: Violation, names: ViolationNames): string {
  const patient = names.patientOfVisit?.(String(params.otherVisitId ?? '')) ?? null;
  const needed = lengthText(number(params.neededMinutes));
  const gap = lengthText(number(params.gapMinutes));
  return params.leg === 'after'
    ? `${needed} to drive to the next visit${patient === null ? '' : ` (${patient})`}, but only ${gap} until it starts`
    : `${needed} to drive from the visit before${patient === null ? '' : ` (${patient})`}, but only ${gap} in between`;
}

function rest({ params }: Violation, names: ViolationNames): string {
  const patient = names.patientOfVisit?.(String(params.otherVisitId ?? '')) ?? null;
  const other =
    params.leg === 'after' ? 'until the first visit of the next day' : 'since the last visit of the day before';
  return (
    `Only ${lengthText(number(params.gapMinutes))} of rest ${other}${patient === null ? '' : ` (${patient})`}; ` +
    `at least ${lengthText(number(params.neededMinutes))} are asked for`
  );
}

function pause({ params }: Violation, names: ViolationNames): string {
  const left = number(params.gapMinutes);
  const span = spanText(number(params.windowStart), number(params.windowEnd), names.zone);
  return `${left === 0 ? 'No time' : `Only ${lengthText(left)}`} left for the break of ${lengthText(number(params.neededMinutes))} between ${span}`;
}

function capacity({ params }: Violation, names: ViolationNames): string {
  const outside = names.outsideMinutes ?? 0;
  const booked = number(params.bookedMinutes) + number(params.visitMinutes) - outside;
  return (
    `Over capacity by ${lengthText(number(params.overMinutes))}: ` +
    `${lengthText(booked)} booked of ${lengthText(number(params.capacityMinutes) - outside)} this week`
  );
}

function notice({ params }: Violation, names: ViolationNames): string {
  const earliest = localAt(number(params.earliest), names.zone);
  return `Too soon to ask this partner: the notice that was agreed allows visits from ${dayText(earliest.date)} on`;
}

function partnerCapacity({ params }: Violation, names: ViolationNames): string {
  const outside = names.partnerOutsideMinutes ?? 0;
  const booked = number(params.bookedMinutes) + number(params.visitMinutes) - outside;
  return (
    `Over the partner’s agreed hours by ${lengthText(number(params.overMinutes))}: ` +
    `${lengthText(booked)} booked of ${lengthText(number(params.capacityMinutes) - outside)} this week`
  );
}

const upper = (codes: string | number | undefined): string => String(codes ?? '').toUpperCase();

export function describeViolation(violation: Violation, names: ViolationNames): string {
  const { params } = violation;
  switch (violation.rule) {
    case 'SCH-OVERLAP-STAFF':
      return staffOverlap(violation, names);
    case 'SCH-OVERLAP-PATIENT':
      return `The patient already has a visit ${spanText(number(params.otherStart), number(params.otherEnd), names.zone)}`;
    case 'SCH-SPACING':
      return spacing(violation, names);
    case 'SCH-SYNC':
      return sync(violation, names);
    case 'SCH-ROLE':
      return `Wrong role: ${upper(params.role)} may not deliver this service (needs ${upper(params.allowed)})`;
    case 'SCH-BLOCKED':
      return 'This carer and this patient must not meet';
    case 'SCH-SKILL':
      return `Lacks what the requirement asks for: ${params.missing}`;
    case 'SCH-PROVIDER':
      return params.wanted === 'own'
        ? 'Own staff are asked for; this carer belongs to a partner'
        : 'A partner’s staff are asked for; this carer is our own';
    case 'SCH-CONTRACT':
      return 'This carer’s organisation is not contracted for this service in this region';
    case 'SCH-AVAILABILITY':
      return availability(violation, names);
    case 'SCH-NOTICE':
      return notice(violation, names);
    case 'SCH-WINDOW':
      return typeof params.windowStart === 'number'
        ? `${lengthText(number(params.deviationMinutes))} outside the start window ` +
            spanText(params.windowStart, number(params.windowEnd), names.zone)
        : 'The visit has no start window';
    case 'SCH-TRAVEL':
      return travel(violation, names);
    case 'SCH-REST':
      return rest(violation, names);
    case 'SCH-BREAK':
      return pause(violation, names);
    case 'SCH-CAPACITY':
      return capacity(violation, names);
    case 'SCH-PARTNER-CAPACITY':
      return partnerCapacity(violation, names);
  }
}

export const toBoardViolation = (violation: Violation, names: ViolationNames): BoardViolation => ({
  rule: violation.rule,
  severity: violation.severity,
  message: describeViolation(violation, names),
});

/** The blocking violations as problems, without names: problems are safe to log. */
export function blocked(violations: readonly Violation[], names: ViolationNames): Problem[] {
  const { zone, outsideMinutes = 0, partnerOutsideMinutes = 0 } = names;
  const anonymous: ViolationNames = { zone, outsideMinutes, partnerOutsideMinutes };
  return violations
    .filter(({ severity }) => severity === 'block')
    .map((violation) =>
      problem('conflict', describeViolation(violation, anonymous), { rule: violation.rule, params: violation.params }),
    );
}

/** Fails with every problem of a list, or passes the value on. */
export function failIfAny<T>(problems: readonly Problem[], value: T): Result<T> {
  const [first, ...rest] = problems;
  return first === undefined ? { ok: true, value } : fail(first, ...rest);
}

const UNPLACED: Readonly<Record<RuleId, string>> = {
  'SCH-ROLE': 'Nobody here has a role that may deliver this service',
  'SCH-BLOCKED': 'Everybody with the role must not meet this patient',
  'SCH-SKILL': 'Nobody with the role has the skills or languages that are asked for',
  'SCH-PROVIDER': 'Nobody of the provider type that is asked for has the role',
  'SCH-CONTRACT': 'Only partners have the role, and none of them is contracted for the service here',
  'SCH-WINDOW': 'The visit has no start window',
  'SCH-NOTICE': 'Only partners could take it, and they would be asked too late',
  'SCH-AVAILABILITY': 'Nobody with the role is available in the visit’s window',
  'SCH-OVERLAP-PATIENT': 'The patient has other visits throughout the window',
  'SCH-SPACING': 'Everywhere in the window the patient’s other visits of this service are too near',
  'SCH-SYNC': 'Nobody else with the role is at work when the other carer of the pair comes',
  'SCH-CAPACITY': 'Everybody with the role is at capacity this week',
  'SCH-PARTNER-CAPACITY': 'Only partners could take it, and their agreed hours are used up this week',
  'SCH-OVERLAP-STAFF': 'Everybody with the role is busy in the visit’s window',
  'SCH-TRAVEL': 'Nobody with the role can get there and back in time',
  'SCH-REST': 'Whoever could take it would rest too little between two days',
  'SCH-BREAK': 'Whoever could take it would have no time for their break',
};

/** Why no rule-abiding place was found, by the rule that removed most carers. */
export const unplacedReason = (funnel: Funnel | null): string =>
  funnel?.main ? UNPLACED[funnel.main] : 'No place was found that breaks no rule';

/** A reason for or against a placement in words. */
export function reasonText({ code, value }: Reason): string {
  switch (code) {
    case 'CONT-PREFERRED':
      return 'The carer the patient knows best';
    case 'CONT-KNOWN':
      return 'Already sees the patient this week';
    case 'CONT-FIRST':
      return 'Would be the patient’s first carer this week';
    case 'CONT-NEW-FACE':
      return 'One more face for the patient this week';
    case 'CONT-NOT-PREFERRED':
      return 'The patient knows another carer best';
    case 'TRAVEL-NONE':
      return value < 0 ? `${lengthText(-value)} less driving` : 'No more driving';
    case 'TRAVEL-SHORT':
    case 'TRAVEL-LONG':
      return `${lengthText(value)} more driving`;
    case 'WAIT-FILLS-GAP':
      return `Fills ${lengthText(value)} of idle time`;
    case 'WAIT-IDLE':
      return `Leaves ${lengthText(value)} of waiting`;
    case 'LOAD-LIGHT':
      return `Light week: ${value} % of capacity afterwards`;
    case 'LOAD-FULL':
      return `Full week: ${value} % of capacity afterwards`;
    case 'OVERTIME':
      return `${lengthText(value)} of overtime`;
    case 'PARTNER-PRICE':
      return `A partner’s price: ${value} dollars`;
    case 'TOLD-CARER':
      return 'Another carer was told of it';
    case 'TOLD-TIME':
      return `${lengthText(value)} from the time that was told`;
    case 'WINDOW-OUTSIDE':
      return `${lengthText(value)} outside the window`;
  }
}
