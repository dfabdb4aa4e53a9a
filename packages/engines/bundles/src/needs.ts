/**
 * How much of each service a profile asks for, before any axis: a range low–default–high a service.
 *
 *  BND-FLOOR    a range is the maximum over its floor drivers, column by column; never their sum
 *  BND-ADD-ON   add-ons sum, up to the matrix's share of the floor; where that is less, the largest one counts alone
 *  BND-ORDER    an order asks for what it states, or for the matrix's range where it states nothing
 *  BND-UNKNOWN  an unknown level asks for nothing and is named
 */
import { type BundleConfig, type CompiledRow, NO_RANGE, type Range } from './config.ts';
import { DRIVERS, type DriverId, type Levels } from './drivers.ts';
import type { OrderKind, PatientNeedsProfile } from './profile.ts';
import type { Reason } from './reasons.ts';
import { isOrdered, roundUp, SERVICE_IDS, SERVICES, type ServiceId } from './services.ts';

export interface ServiceNeed {
  readonly service: ServiceId;
  readonly range: Range;
  readonly ordered: boolean;
  /** Everything that asks for it is wanted in the first four weeks only. */
  readonly oneOff: boolean;
  readonly reasons: readonly Reason[];
}

type Column = keyof Range;
const COLUMNS: readonly Column[] = ['low', 'default', 'high'];

interface Asked {
  readonly row: CompiledRow;
  readonly level: number;
  readonly range: Range;
}

function askedBy(rows: readonly CompiledRow[], levels: Levels): Asked[] {
  return rows.flatMap((row) => {
    const { level } = levels[row.driver];
    if (level === null) return [];
    const range = row.ranges[level - DRIVERS[row.driver].min];
    return range && range.high > 0 ? [{ row, level, range }] : [];
  });
}

function floorsAndAddOns(
  config: BundleConfig,
  service: ServiceId,
  rows: readonly CompiledRow[],
  levels: Levels,
): ServiceNeed | null {
  const asked = askedBy(rows, levels);
  if (asked.length === 0) return null;
  const { step } = SERVICES[service];
  const floors = asked.filter(({ row }) => row.kind === 'floor');
  const addOns = asked.filter(({ row }) => row.kind === 'add-on');
  const base = (column: Column): number => floors.reduce((most, { range }) => Math.max(most, range[column]), 0);
  const total = (column: Column): number => {
    const floor = base(column);
    const sum = addOns.reduce((all, { range }) => all + range[column], 0);
    const largest = addOns.reduce((most, { range }) => Math.max(most, range[column]), 0);
    return roundUp(Math.max(floor + Math.min(sum, config.matrix.addOnShare * floor), largest), step);
  };
  const range: Range = { low: total('low'), default: total('default'), high: total('high') };

  const reasons: Reason[] = [];
  const top = base('default');
  for (const { row, level, range: own } of floors) {
    if (own.default === top) reasons.push({ code: 'NEED', driver: row.driver, level, quantity: own.default });
  }
  for (const { row, level, range: own } of addOns) {
    reasons.push({ code: 'ADD-ON', driver: row.driver, level, quantity: own.default });
  }
  const wanted = addOns.reduce((all, { range: own }) => all + own.default, 0);
  const counted = range.default - top;
  if (counted < wanted) reasons.push({ code: 'ADD-ON-CAP', wanted, counted });
  return { service, range, ordered: false, oneOff: asked.every(({ row }) => row.oneOff), reasons };
}

function ordersFor(service: ServiceId, rows: readonly CompiledRow[], profile: PatientNeedsProfile): ServiceNeed | null {
  const { step } = SERVICES[service];
  const reasons: Reason[] = [];
  const range = { ...NO_RANGE };
  for (const { driver, ranges } of rows) {
    const byDefault = ranges[1] ?? NO_RANGE;
    const kind = driver.slice('order.'.length) as OrderKind;
    for (const { visitsPerWeek } of profile.orders.filter((order) => order.kind === kind)) {
      const stated = visitsPerWeek === null ? null : roundUp(Math.max(step, visitsPerWeek), step);
      for (const column of COLUMNS) range[column] += stated ?? byDefault[column];
      reasons.push({ code: 'ORDER', driver, quantity: stated ?? byDefault.default, stated: stated !== null });
    }
  }
  return reasons.length === 0 ? null : { service, range, ordered: true, oneOff: false, reasons };
}

export interface Needs {
  readonly byService: ReadonlyMap<ServiceId, ServiceNeed>;
  /** Drivers of the matrix whose level is not known. */
  readonly unknown: readonly DriverId[];
}

export function serviceNeeds(config: BundleConfig, profile: PatientNeedsProfile, levels: Levels): Needs {
  const byService = new Map<ServiceId, ServiceNeed>();
  for (const service of SERVICE_IDS) {
    const rows = config.rowsByService.get(service);
    if (!rows) continue;
    const need = isOrdered(service)
      ? ordersFor(service, rows, profile)
      : floorsAndAddOns(config, service, rows, levels);
    if (need) byService.set(service, need);
  }
  return { byService, unknown: config.drivers.filter((driver) => levels[driver].level === null) };
}
