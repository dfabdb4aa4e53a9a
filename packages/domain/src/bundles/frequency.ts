/**
 * From a plan's lines to the scheduler's requirements. A requirement asks for whole visits every so many weeks, so a line
 * becomes up to three: what is wanted every week, every second, every fourth.
 *
 *  CPL-EXACT   over any four weeks of the plan, the parts make exactly the line's visits
 *  CPL-PAIR    where two carers come, each part asks for both
 *  CPL-ONE-OFF what is wanted once ends with the fourth week
 *  CPL-PLACE   only services that somebody visits for, under a service type the organisation has
 */
import { addDays, deterministicId, type LocalDate } from '@fieldfare/kernel';
import type { Requirement } from '../scheduling/index.ts';
import { fromHundredths, serviceCodeOf } from './line-rows.ts';
import type { ServiceLineRow } from './tables.ts';

interface Part {
  readonly visits: number;
  readonly everyWeeks: 1 | 2 | 4;
  /** Weeks after the plan's start in which its first one is due. */
  readonly offset: number;
}

/** `perWeek` is a whole number of quarters. */
export function partsOf(perWeek: number): readonly Part[] {
  const quarters = Math.round(perWeek * 4);
  const parts: readonly Part[] = [
    { visits: Math.floor(quarters / 4), everyWeeks: 1, offset: 0 },
    { visits: Math.floor((quarters % 4) / 2), everyWeeks: 2, offset: 0 },
    // In a week in which the one above is not due.
    { visits: quarters % 2, everyWeeks: 4, offset: quarters % 4 === 3 ? 1 : 0 },
  ];
  return parts.filter(({ visits }) => visits > 0);
}

const ONE_OFF_DAYS = 28;
const DAYS_A_WEEK = 7;
const MOST_VISITS = 42;

export const isScheduled = (line: Pick<ServiceLineRow, 'service' | 'visitsHundredths'>, codes: ReadonlySet<string>) =>
  (line.visitsHundredths ?? 0) > 0 && serviceCodeOf(line.service, codes) !== null;

/** Ids hang on plan, service and part: signing twice makes them once. */
export function requirementsOf(
  lines: readonly ServiceLineRow[],
  startsOn: LocalDate,
  codes: ReadonlySet<string>,
): readonly Requirement[] {
  return lines.flatMap((line) => {
    const serviceCode = serviceCodeOf(line.service, codes);
    if (serviceCode === null || line.visitsHundredths === null || line.minutes === null) return [];
    const { minutes, provider, priority, pairing } = line;
    return partsOf(fromHundredths(line.visitsHundredths)).map(
      ({ visits, everyWeeks, offset }): Requirement => ({
        id: deterministicId('plan-requirement', line.planId, line.service, everyWeeks, startsOn),
        regionId: line.regionId,
        patientId: line.patientId,
        serviceCode,
        visitsPerWeek: Math.min(MOST_VISITS, visits),
        ...(everyWeeks === 1 ? {} : { everyWeeks }),
        minutes,
        windows: line.windows,
        providerPreference: provider === 'own' || provider === 'partner' ? provider : 'any',
        priority,
        preferredStaffId: null,
        pairing: pairing ?? null,
        startsOn: addDays(startsOn, offset * DAYS_A_WEEK),
        endsOn: line.oneOff ? addDays(startsOn, ONE_OFF_DAYS - 1) : null,
      }),
    );
  });
}
