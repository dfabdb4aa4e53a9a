/** Fields and their values as people call them. Pure. */
import type { JsonValue } from '@fieldfare/kernel';
import { dayText, lengthText } from '../wording.ts';

/** Ids and codes as names. */
export interface Names {
  readonly staff: (id: string) => string;
  readonly patient: (id: string) => string;
  readonly user: (id: string) => string;
  readonly service: (code: string) => string;
}

const FIELD_WORDS: Readonly<Record<string, string>> = {
  date: 'day',
  start: 'start',
  staffId: 'carer',
  minutes: 'length',
  note: 'note',
  notes: 'notes',
  priority: 'priority',
  pinned: 'pin',
  serviceCode: 'service',
  patientId: 'patient',
  providerPreference: 'provider',
  windowFrom: 'earliest start',
  windowTo: 'latest start',
  windows: 'start windows',
  visitsPerWeek: 'visits a week',
  preferredStaffId: 'preferred carer',
  startsOn: 'first day',
  endsOn: 'last day',
  givenName: 'given name',
  familyName: 'family name',
  birthDate: 'date of birth',
  lat: 'latitude',
  lng: 'longitude',
  reference: 'number',
};

/** Fields that say what a row belongs to or how it came about, or have words of their own elsewhere. */
const UNSAID = new Set(['regionId', 'week', 'visitId', 'requirementId', 'pairOf', 'slot', 'source', 'cancelledAt']);

/** What was changed: `carer and pin`; empty where only fields changed that people have no word for. */
export const changedWords = (fields: readonly string[]): string =>
  joinWords(fields.filter((field) => !UNSAID.has(field)).map(fieldWord));

export const fieldWord = (field: string): string => FIELD_WORDS[field] ?? field;

/** Fields that are one decision, by the name of the group. */
const GROUP_WORDS: Readonly<Record<string, string>> = { name: 'name', address: 'address', period: 'period' };

/** What two people answered differently: `start`, `day and carer`, `address`. */
export const groupWord = (group: string, fields: readonly string[]): string =>
  GROUP_WORDS[group] ?? joinWords(fields.map(fieldWord));

export const joinWords = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function windowText(window: JsonValue): string {
  const { weekdays, from, to } = window as {
    readonly weekdays: readonly number[];
    readonly from: string;
    readonly to: string;
  };
  const days = weekdays.map((day) => WEEKDAYS[day - 1] ?? String(day)).join(' ');
  return days === '' ? `${from}–${to}` : `${days} ${from}–${to}`;
}

const EMPTY: Readonly<Record<string, string>> = {
  staffId: 'no carer',
  date: 'any day',
  endsOn: 'no last day',
};

export function valueText(field: string, value: JsonValue, names: Names): string {
  if (value === null || value === '') return EMPTY[field] ?? `no ${fieldWord(field)}`;
  switch (field) {
    case 'date':
    case 'startsOn':
    case 'endsOn':
      return dayText(String(value));
    case 'staffId':
    case 'preferredStaffId':
      return names.staff(String(value));
    case 'serviceCode':
      return names.service(String(value));
    case 'patientId':
      return names.patient(String(value));
    case 'minutes':
      return lengthText(Number(value));
    case 'pinned':
      return value === true ? 'pinned' : 'not pinned';
    case 'windows':
      return Array.isArray(value) ? value.map(windowText).join(', ') : '';
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
}
