/** Words for instruments, statuses and levels on the patients' screens. */
import type { Patient } from '@fieldfare/domain';
import type { Instrument, RuleStatus } from '@fieldfare/domain/assessments';

const INSTRUMENTS: Readonly<Record<Instrument, string>> = {
  'interrai-hc': 'Home Care',
  'interrai-ca': 'Contact Assessment',
  'interrai-bmhs': 'Mental Health Screener',
};
export const instrumentName = (instrument: Instrument): string => INSTRUMENTS[instrument];

export const STATUS_WORDS: Readonly<
  Record<RuleStatus | 'recorded', { readonly word: string; readonly about: string }>
> = {
  official: { word: 'Official', about: 'As the instrument’s owner publishes it.' },
  published: {
    word: 'Published',
    about: 'From the literature; to be checked against licensed test vectors before clinical use.',
  },
  provisional: {
    word: 'Provisional',
    about: 'Our own rule, standing in for one that is not public. It bears no official name.',
  },
  recorded: { word: 'Recorded', about: 'Stated by an answer or a person, not computed.' },
};

/** `prevent-stage1` → "Prevent stage1" */
export function levelWords(level: string): string {
  const words = level.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const RISK_NAMES: Readonly<Record<Patient['risk'], string>> = { low: 'Low', moderate: 'Moderate', high: 'High' };

export const CARE_NAMES: Readonly<Record<Patient['status'], string>> = {
  active: 'Active',
  'on-hold': 'On hold',
  discharged: 'Discharged',
};
