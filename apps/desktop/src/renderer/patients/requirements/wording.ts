import type { Requirement, RequirementFields, RequirementsView } from '@fieldfare/domain';
import { duration, pairingWords, plural } from '../../lib/format.ts';
import { daysText } from '../../staff/working-week.ts';

export type Service = RequirementsView['services'][number];

export const PROVIDER_NAMES: Readonly<Record<Requirement['providerPreference'], string>> = {
  any: 'Anybody',
  own: 'Own staff',
  partner: 'A partner’s staff',
};
export const PRIORITY_NAMES: Readonly<Record<Requirement['priority'], string>> = {
  routine: 'Routine',
  high: 'High',
  urgent: 'Urgent',
};
export const CONTINUITY_NAMES: Readonly<Record<NonNullable<Requirement['continuity']>, string>> = {
  low: 'Does not matter',
  usual: 'As usual',
  high: 'Matters a lot',
};

/** Where a window may stand, by part of the day. */
export const DAY_PARTS = [
  { label: 'Morning', from: '07:30', to: '11:00' },
  { label: 'Midday', from: '11:00', to: '14:00' },
  { label: 'Afternoon', from: '14:00', to: '17:00' },
  { label: 'Evening', from: '17:00', to: '20:30' },
] as const;

/** "3 × 45 min a week", "1 × 1 h every 2 weeks" */
export const frequencyText = ({ visitsPerWeek, minutes, everyWeeks }: RequirementFields): string =>
  `${visitsPerWeek} × ${duration(minutes)} ${everyWeeks && everyWeeks > 1 ? `every ${everyWeeks} weeks` : 'a week'}`;

/** "Mon–Fri 08:00–10:00; any day 17:00–20:00" */
export const windowsText = ({ windows }: Pick<RequirementFields, 'windows'>): string =>
  windows
    .map(({ weekdays, from, to }) => {
      const days = weekdays.length === 0 ? 'any day' : daysText(weekdays);
      return `${days} ${from}–${to}`;
    })
    .join('; ');

export function carersText({ pairing }: Pick<RequirementFields, 'pairing'>): string {
  if (!pairing) return '';
  return `two carers${pairing.kind === 'after' ? ',' : ''} ${pairingWords(pairing)}`;
}

/** What the service asks for between two visits; empty: nothing. */
export function spacingText({ spacingMinutes, spacingDays }: Pick<Service, 'spacingMinutes' | 'spacingDays'>): string {
  const parts = [
    ...(spacingMinutes > 0 ? [`at least ${duration(spacingMinutes)} between two visits`] : []),
    ...(spacingDays === 1 ? ['visits on different days'] : []),
    ...(spacingDays > 1 ? [`visits ${plural(spacingDays, 'day')} apart`] : []),
  ];
  return parts.join(', ');
}
