/** The measures as people read them: one list for screens, command line and reports. */
import type { Measure, WeekOutcomes } from './measures.ts';

export interface OutcomeWording {
  readonly key: keyof WeekOutcomes;
  readonly label: string;
  /** What it says, in a sentence. */
  readonly meaning: string;
  /** Which way is better; null: neither by itself. */
  readonly better: 'low' | 'high' | null;
  /** For comparing weeks; null: nothing to measure. */
  value(week: WeekOutcomes): number | null;
  /** The figure, `–` where there is nothing to measure. */
  text(week: WeekOutcomes): string;
  /** What it was made of. */
  detail(week: WeekOutcomes): string;
}

const NOTHING = '–';
const percent = ({ value }: Measure): string => (value === null ? NOTHING : `${(value * 100).toFixed(1)} %`);
const decimal = ({ value }: Measure, digits: number): string => (value === null ? NOTHING : value.toFixed(digits));
/** The figure and its unit stay on one line. */
const hours = (minutes: number): string => `${Math.round(minutes / 6) / 10}\u00a0h`;
const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;

export const OUTCOMES: readonly OutcomeWording[] = [
  {
    key: 'uncovered',
    label: 'Care not covered',
    meaning: 'Visits that were cancelled, or have no carer and time.',
    better: 'low',
    value: ({ uncovered }) => uncovered.value,
    text: ({ uncovered }) => percent(uncovered),
    detail: ({ uncovered }) => `${uncovered.part} of ${count(uncovered.of, 'visit')}`,
  },
  {
    key: 'daysToFirstVisit',
    label: 'Days to the first visit',
    meaning: 'From the day a new service begins to its first visit with a carer.',
    better: 'low',
    value: ({ daysToFirstVisit }) => daysToFirstVisit.value,
    text: ({ daysToFirstVisit }) => decimal(daysToFirstVisit, 1),
    detail: ({ daysToFirstVisit, waitingForFirst }) =>
      daysToFirstVisit.of + waitingForFirst === 0
        ? 'no new services'
        : `${count(daysToFirstVisit.of, 'new service')}, ${waitingForFirst} still waiting`,
  },
  {
    key: 'continuity',
    label: 'Continuity of carers',
    meaning: 'Bice–Boxerman index: 1 when every patient sees one carer, 0 when each visit brings another.',
    better: 'high',
    value: ({ continuity }) => continuity.value,
    text: ({ continuity }) => decimal(continuity, 2),
    detail: ({ continuity }) => `over ${count(continuity.of, 'patient')}`,
  },
  {
    key: 'travelPerVisit',
    label: 'Travel a visit',
    meaning: 'Minutes on the way, home to home, of our own carers.',
    better: 'low',
    value: ({ travelPerVisit }) => travelPerVisit.value,
    text: ({ travelPerVisit }) => (travelPerVisit.value === null ? NOTHING : `${decimal(travelPerVisit, 1)} min`),
    detail: ({ travelPerVisit }) => `${hours(travelPerVisit.part)} for ${count(travelPerVisit.of, 'visit')}`,
  },
  {
    key: 'overtime',
    label: 'Beyond capacity',
    meaning: 'Hours of visits beyond what our own carers can give this week.',
    better: 'low',
    value: ({ overtime }) => overtime.part,
    text: ({ overtime }) => hours(overtime.part),
    detail: ({ overtime }) => `capacity ${hours(overtime.of)}`,
  },
  {
    key: 'use',
    label: 'Capacity used',
    meaning: 'Hours of visits of our own carers, of the hours they can give this week.',
    better: null,
    value: ({ use }) => use.value,
    text: ({ use }) => percent(use),
    detail: ({ use }) => `${hours(use.part)} of ${hours(use.of)}`,
  },
  {
    key: 'partnerShare',
    label: 'By partners',
    meaning: 'Hours given by partner organisations, of all hours with a carer.',
    better: null,
    value: ({ partnerShare }) => partnerShare.value,
    text: ({ partnerShare }) => percent(partnerShare),
    detail: ({ partnerShare }) => `${hours(partnerShare.part)} of ${hours(partnerShare.of)}`,
  },
];
