/**
 * A care plan as FHIR R4: one CarePlan, and one ServiceRequest a line, in a collection. Pure.
 *
 *  FHR-STATUS   draft → draft; upcoming and active → active; superseded and ended → completed
 *  FHR-INTENT   a draft proposes, a signed plan orders
 *  FHR-TIMING   parts of a week become whole visits over as many weeks as that takes
 *  FHR-SUBJECT  the patient is referred to by id; names and numbers stay out
 */
import type { PlanLineView, PlanStatus, PlanView } from '@fieldfare/domain';
import { deterministicId } from '@fieldfare/kernel';
import type { Annotation, Bundle, CarePlan, ServiceRequest, TimingRepeat } from 'fhir/r4.js';

/** Our own service codes; organisations map them to theirs. */
const SERVICE_SYSTEM = 'urn:fieldfare:service';

const STATUS = {
  draft: 'draft',
  upcoming: 'active',
  active: 'active',
  superseded: 'completed',
  ended: 'completed',
} as const satisfies Record<PlanStatus, CarePlan['status']>;

const PRIORITY = { routine: 'routine', high: 'asap', urgent: 'stat' } as const;

const PERFORMERS: Readonly<Record<PlanLineView['provider'], string | null>> = {
  own: 'Own staff',
  partner: 'Partner organisation',
  any: 'Own staff or partner organisation',
  supplier: 'Supplier',
  none: null,
};

const CARERS = { together: 'Two carers together', after: 'Two carers, one after the other' } as const;

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** The fewest weeks in which so many quarters of a visit a week make whole visits. */
const wholeWeeks = (perWeek: number): number => [1, 2, 4].find((weeks) => (perWeek * weeks) % 1 === 0) ?? 4;

function repeatOf({ visits, windows }: PlanLineView, bounds: TimingRepeat['boundsPeriod']): TimingRepeat {
  const period = wholeWeeks(visits?.perWeek ?? 1);
  // Several windows on different days cannot be said in one timing: the days are then left out.
  const [first, second] = windows;
  const days = first && !second ? first.weekdays.flatMap((day) => DAYS[day - 1] ?? []) : [];
  return {
    ...(bounds ? { boundsPeriod: bounds } : {}),
    ...(visits ? { frequency: visits.perWeek * period, duration: visits.minutes, durationUnit: 'min' } : {}),
    period,
    periodUnit: 'wk',
    ...(days.length > 0 ? { dayOfWeek: days } : {}),
  };
}

export const serviceRequestIdOf = (planId: string, service: string): string =>
  deterministicId('fhir', 'ServiceRequest', planId, service);

const periodOf = ({ startsOn, endsOn }: PlanView): TimingRepeat['boundsPeriod'] =>
  startsOn === null ? undefined : { start: startsOn, ...(endsOn === null ? {} : { end: endsOn }) };

function serviceRequest(plan: PlanView, line: PlanLineView): ServiceRequest {
  const bounds = periodOf(plan);
  const performer = PERFORMERS[line.provider];
  const pairing = line.visits?.pairing;
  return {
    resourceType: 'ServiceRequest',
    id: serviceRequestIdOf(plan.id, line.service),
    status: STATUS[plan.status],
    intent: plan.signedAt === null ? 'proposal' : 'order',
    priority: PRIORITY[line.priority],
    code: { coding: [{ system: SERVICE_SYSTEM, code: line.service, display: line.label }], text: line.label },
    quantityQuantity: { value: line.quantity, unit: `${line.unit}/week` },
    subject: { reference: `Patient/${plan.patientId}` },
    basedOn: [{ reference: `CarePlan/${plan.id}` }],
    occurrenceTiming: { repeat: repeatOf(line, bounds) },
    ...(plan.signedAt === null ? {} : { authoredOn: plan.signedAt }),
    ...(pairing ? { orderDetail: [{ text: CARERS[pairing.kind] }] } : {}),
    ...(performer === null ? {} : { performerType: { text: performer } }),
    locationCode: [{ text: line.mode === 'remote' ? 'By phone or video' : "The patient's home" }],
    ...(line.reason === '' ? {} : { note: [{ text: line.reason }] }),
  };
}

function carePlan(plan: PlanView): CarePlan {
  const period = periodOf(plan);
  const notes: Annotation[] = plan.overrides.map(({ label, reason, by, at }) => ({
    text: `${label}: ${reason}`,
    ...(by === '' ? {} : { authorString: by }),
    time: at,
  }));
  return {
    resourceType: 'CarePlan',
    id: plan.id,
    status: STATUS[plan.status],
    intent: plan.signedAt === null ? 'proposal' : 'plan',
    title: plan.axisName,
    subject: { reference: `Patient/${plan.patientId}` },
    created: plan.createdAt,
    ...(period ? { period } : {}),
    ...(plan.signedBy ? { author: { display: plan.signedBy } } : {}),
    ...(plan.replacesId === null ? {} : { replaces: [{ reference: `CarePlan/${plan.replacesId}` }] }),
    activity: plan.lines.map(({ service }) => ({
      reference: { reference: `ServiceRequest/${serviceRequestIdOf(plan.id, service)}` },
    })),
    ...(notes.length > 0 ? { note: notes } : {}),
  };
}

/** `exportedAt`: an ISO instant. */
export function carePlanBundle(plan: PlanView, exportedAt: string): Bundle<CarePlan | ServiceRequest> {
  const entry = <T extends CarePlan | ServiceRequest>(resource: T) => ({
    fullUrl: `urn:uuid:${resource.id}`,
    resource,
  });
  return {
    resourceType: 'Bundle',
    type: 'collection',
    timestamp: exportedAt,
    entry: [entry(carePlan(plan)), ...plan.lines.map((line) => entry(serviceRequest(plan, line)))],
  };
}
