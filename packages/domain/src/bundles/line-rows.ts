/** Lines of the engine as rows, and back. Quantities are quarters and halves: hundredths hold them exactly. */
import {
  type LineDraft,
  pairedVisits,
  quantityOf,
  SERVICES,
  type ServiceId,
  type ServiceLine,
  visitsOf,
} from '@fieldfare/engine-bundles';
import { deterministicId } from '@fieldfare/kernel';
import type { Pairing, Requirement, StartWindow } from '../scheduling/index.ts';
import type { CarePlan, ServiceLineRow } from './tables.ts';

export const lineIdOf = (planId: string, service: ServiceId): string =>
  deterministicId('service-line', planId, service);

const hundredths = (quantity: number): number => Math.round(quantity * 100);
export const fromHundredths = (value: number): number => value / 100;
export { hundredths };

const any = (from: string, to: string): StartWindow => ({ weekdays: [], from, to });
const workdays = (from: string, to: string): StartWindow => ({ weekdays: [1, 2, 3, 4, 5], from, to });

/** Up to this often a week a nurse comes on working days. */
const DAYS_AT_WORK = 5;
const DAYS = 7;
/** Of one line. */
const MOST_WINDOWS = 14;

/** Where nothing is known of a person's day: mornings, evenings as well when one visit a day is not enough. */
function usualWindows(service: ServiceId, perWeek: number): readonly StartWindow[] {
  if (service === 'overnight') return [any('21:00', '22:00')];
  if (service === 'psw') {
    return perWeek > DAYS ? [any('07:30', '10:30'), any('17:00', '20:00')] : [any('07:30', '11:00')];
  }
  if (service === 'respite') return [any('09:00', '16:00')];
  return perWeek > DAYS_AT_WORK ? [any('08:30', '16:00')] : [workdays('08:30', '16:00')];
}

/** The service type the scheduler knows it by; null when visits of it cannot be scheduled here. */
export function serviceCodeOf(service: ServiceId, known: ReadonlySet<string>): string | null {
  return SERVICES[service].codes.find((code) => known.has(code)) ?? null;
}

/**
 * `CPL-ROOM`: windows that are kept have a day, or a part of one, for each visit; else the usual ones come in their place.
 * Baths on two mornings say nothing about where eleven visits should go.
 */
export function roomyWindows(service: ServiceId, perWeek: number, kept: readonly StartWindow[]): StartWindow[] {
  const room = kept.reduce((sum, { weekdays }) => sum + (weekdays.length || DAYS), 0);
  return [...(room >= perWeek && kept.length > 0 ? kept : usualWindows(service, perWeek))];
}

/** Windows of what the patient has now for this service where they have room, or the usual ones. */
export function windowsFor(
  service: ServiceId,
  perWeek: number,
  codes: ReadonlySet<string>,
  current: readonly Pick<Requirement, 'serviceCode' | 'windows'>[],
): StartWindow[] {
  const code = serviceCodeOf(service, codes);
  const kept = current.filter(({ serviceCode }) => serviceCode === code).flatMap(({ windows }) => windows);
  return roomyWindows(service, perWeek, kept.slice(0, MOST_WINDOWS));
}

/** How two carers come to what the patient has now for this service; null: one does. */
export function pairingFor(
  service: ServiceId,
  codes: ReadonlySet<string>,
  current: readonly Pick<Requirement, 'serviceCode' | 'pairing'>[],
): Pairing | null {
  const code = serviceCodeOf(service, codes);
  return current.find(({ serviceCode, pairing }) => serviceCode === code && pairing)?.pairing ?? null;
}

/** `CPL-PAIR`: two carers who come now go on coming, within the quantity that was chosen. */
export function withPairing(line: ServiceLine, pairing: Pairing | null): ServiceLine {
  const { service, quantity, visits } = line;
  return pairing && visits ? { ...line, visits: pairedVisits(service, quantity, pairing) } : line;
}

export function rowOfLine(
  plan: Pick<CarePlan, 'id' | 'regionId' | 'patientId'>,
  line: ServiceLine,
  windows: readonly StartWindow[],
): ServiceLineRow {
  const { service, quantity, visits, provider, mode, priority, ordered, oneOff } = line;
  return {
    id: lineIdOf(plan.id, service),
    regionId: plan.regionId,
    patientId: plan.patientId,
    planId: plan.id,
    service,
    quantityHundredths: hundredths(quantity),
    visitsHundredths: visits ? hundredths(visits.perWeek) : null,
    minutes: visits?.minutes ?? null,
    provider,
    mode,
    priority,
    ordered,
    oneOff,
    windows: visits ? [...windows] : [],
    reason: '',
    pairing: visits?.pairing ?? null,
  };
}

/** The row visited so often as before by two carers. */
export function visitedBy(row: ServiceLineRow, pairing: Pairing | null): ServiceLineRow {
  const { visits } = draftOfRow(row);
  if (!pairing || !visits) return row;
  return { ...row, pairing, quantityHundredths: hundredths(quantityOf(row.service, { ...visits, pairing })) };
}

export function draftOfRow(row: ServiceLineRow): LineDraft {
  const { service, provider, mode, reason } = row;
  const quantity = fromHundredths(row.quantityHundredths);
  const visits =
    row.visitsHundredths === null || row.minutes === null
      ? visitsOf(service, 0)
      : { perWeek: fromHundredths(row.visitsHundredths), minutes: row.minutes, pairing: row.pairing ?? null };
  return { service, quantity, visits, provider, mode, reason };
}
