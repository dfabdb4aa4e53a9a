/**
 * Conflicts in words: facts, names and a zone in; what the conflicts list shows out. Pure.
 * Says who did what when, which side holds the place for now and why, and what can be done.
 */
import { epochMinuteOf, type JsonValue, timeOf, type Zone } from '@fieldfare/kernel';
import { compareText } from '../../collections.ts';
import type { BoardConflict, ConflictChoice } from '../board.ts';
import { dayText, lengthText, momentText, spanText, visitSpan } from '../wording.ts';
import type { ClashSide, ConflictFacts, DerivedConflict, Mark } from './facts.ts';

export interface Names {
  readonly staff: (id: string) => string;
  readonly patient: (id: string) => string;
  readonly user: (id: string) => string;
  readonly service: (code: string) => string;
}

type Facts<K extends ConflictFacts['kind']> = Extract<ConflictFacts, { kind: K }>;
type Clash = Facts<'double-booked-staff' | 'double-booked-patient'>;
type Words = Pick<BoardConflict, 'title' | 'explanation' | 'sides' | 'choices'>;

const when = (mark: Mark, zone: Zone): string => momentText(timeOf(mark.stamp), zone);

function overlapText([a, b]: readonly [ClashSide, ClashSide], zone: Zone): string {
  const starts = [a, b].map(({ date, start }) => epochMinuteOf(date, start, zone));
  const ends = starts.map((start, index) => start + ([a, b][index]?.minutes ?? 0));
  return spanText(Math.max(...starts), Math.min(...ends), zone);
}

function explainClash(facts: Clash, names: Names, zone: Zone): Words {
  const [first, second] = facts.sides;
  const ofStaff = facts.kind === 'double-booked-staff';
  const who = ofStaff ? names.staff(first.staffId) : names.patient(first.patientId);
  /** What tells the two visits apart: the patient, or for one patient the carer. */
  const nameOf = (side: ClashSide): string => {
    const span = visitSpan(side.date, side.start, side.minutes, zone);
    const service = names.service(side.serviceCode);
    return ofStaff
      ? `${names.patient(side.patientId)} (${service}, ${span})`
      : `${service} by ${names.staff(side.staffId)} (${span})`;
  };
  const day = [first.date, second.date].sort(compareText)[1] as string;
  return {
    title: `${who} is booked twice on ${dayText(day)}, ${overlapText(facts.sides, zone)}`,
    explanation:
      `${names.user(first.by)} placed ${nameOf(first)} on ${when(first, zone)}. ` +
      `${names.user(second.by)} placed ${nameOf(second)} on ${when(second, zone)}. ` +
      'The first holds the place for now because it was put there first. Both stay on the board until somebody decides.',
    sides: [],
    choices: [
      { choice: 'keep-first', label: `Keep ${nameOf(first)}; the other goes to the tray` },
      { choice: 'keep-second', label: `Keep ${nameOf(second)}; the other goes to the tray` },
      { choice: 'accept-both', label: 'Keep both, knowingly' },
    ],
  };
}

const FIELD_WORDS: Readonly<Record<string, string>> = {
  date: 'day',
  start: 'start',
  staffId: 'carer',
  minutes: 'length',
  note: 'note',
  priority: 'priority',
  pinned: 'pin',
  serviceCode: 'service',
  patientId: 'patient',
  providerPreference: 'provider',
  windowFrom: 'earliest start',
  windowTo: 'latest start',
};

const fieldWord = (field: string): string => FIELD_WORDS[field] ?? field;

function valueText(field: string, value: JsonValue, names: Names): string {
  if (value === null) return field === 'staffId' ? 'no carer' : field === 'date' ? 'any day' : `no ${fieldWord(field)}`;
  if (typeof value === 'string') {
    if (field === 'date') return dayText(value);
    if (field === 'staffId') return names.staff(value);
    if (field === 'serviceCode') return names.service(value);
    if (field === 'patientId') return names.patient(value);
    return value === '' ? `no ${fieldWord(field)}` : value;
  }
  if (field === 'minutes' && typeof value === 'number') return lengthText(value);
  if (field === 'pinned') return value === true ? 'pinned' : 'not pinned';
  return JSON.stringify(value);
}

const joinWords = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

function explainFields(facts: Facts<'concurrent-field'>, patient: string, names: Names, zone: Zone): Words {
  const what = joinWords(facts.fields.map(({ field }) => fieldWord(field)));
  const sides = facts.sides.map((side) => ({
    label: what,
    value:
      facts.group === 'window'
        ? side.values.join('–')
        : side.values.map((value, index) => valueText(facts.fields[index]?.field ?? '', value, names)).join(', '),
    by: names.user(side.by),
    at: timeOf(side.stamp),
    shown: side.shown,
  }));
  const said = facts.sides.map(
    (side, index) => `${sides[index]?.by} set “${sides[index]?.value}” on ${when(side, zone)}.`,
  );
  const choices = sides.map(
    ({ value, by, shown }, index): ConflictChoice => ({
      choice: `side-${index}`,
      label: `${shown ? 'Keep' : 'Use'} ${value} (${by})`,
    }),
  );
  return {
    title: `Two answers for the ${what} of the visit to ${patient}`,
    explanation:
      `${said.join(' ')} Neither had seen the other’s change. ` +
      `The board shows “${sides[0]?.value}” for now, as the later of the two; nothing is lost until somebody decides.`,
    sides,
    choices,
  };
}

function explainRemoval(facts: Facts<'edit-delete'>, patient: string, names: Names, zone: Zone): Words {
  const thing = facts.table === 'visits' ? `visit to ${patient}` : `assignment of the visit to ${patient}`;
  const verb = facts.how === 'deleted' ? 'deleted' : 'cancelled';
  const edited = joinWords(facts.editedFields.map(fieldWord));
  const holds =
    facts.how === 'deleted' ? 'It stays for now, so that the change is not lost.' : 'It stays cancelled for now.';
  return {
    title: `The ${thing} was ${verb} by one person and changed by another`,
    explanation:
      `${names.user(facts.removed.by)} ${verb} it on ${when(facts.removed, zone)}. ` +
      `${names.user(facts.edited.by)} changed ${edited === '' ? 'it' : `its ${edited}`} on ` +
      `${when(facts.edited, zone)} without having seen that. ${holds}`,
    sides: [],
    choices: [
      {
        choice: 'keep',
        label: facts.how === 'deleted' ? 'Keep it with the change' : 'Let it take place, with the change',
      },
      { choice: 'delete', label: facts.how === 'deleted' ? 'Delete it' : 'Leave it cancelled' },
    ],
  };
}

function explainDangling(
  facts: Facts<'dangling-reference'>,
  conflict: DerivedConflict,
  names: Names,
  zone: Zone,
): Words {
  const patient = names.patient(conflict.patientId ?? '');
  const ofStaff = facts.reference === 'staff';
  const who = ofStaff ? names.staff(conflict.staffId ?? '') : patient;
  const left =
    facts.why === 'discharged' ? 'was discharged' : facts.why === 'inactive' ? 'is no longer active' : 'was removed';
  const day = conflict.date === null ? 'this week' : `on ${dayText(conflict.date)}`;
  const accept: ConflictChoice = { choice: 'accept', label: 'Leave it as it is, knowingly' };
  return {
    title: ofStaff ? `${who} ${left} but has a visit ${day}` : `${who} ${left} but has a visit ${day}`,
    explanation:
      `${names.user(facts.gone.by)} recorded on ${when(facts.gone, zone)} that ${who} ${left}. ` +
      `The visit to ${patient} ${day} still counts on ${ofStaff ? 'this carer' : 'it'}. Nothing was changed by itself.`,
    sides: [],
    choices: ofStaff
      ? [{ choice: 'unassign', label: 'Put the visit back in the tray' }, accept]
      : [{ choice: 'cancel', label: 'Cancel the visit' }, accept],
  };
}

function words(conflict: DerivedConflict, names: Names, zone: Zone): Words {
  const { facts } = conflict;
  const patient = names.patient(conflict.patientId ?? '');
  switch (facts.kind) {
    case 'double-booked-staff':
    case 'double-booked-patient':
      return explainClash(facts, names, zone);
    case 'concurrent-field':
      return explainFields(facts, patient, names, zone);
    case 'edit-delete':
      return explainRemoval(facts, patient, names, zone);
    case 'dangling-reference':
      return explainDangling(facts, conflict, names, zone);
  }
}

export function explainConflict(
  conflict: DerivedConflict,
  names: Names,
  zone: Zone,
  resolution: BoardConflict['resolution'],
): BoardConflict {
  const { id, kind, visitIds, staffId, patientId, date } = conflict;
  return { id, kind, visitIds, staffId, patientId, date, ...words(conflict, names, zone), resolution };
}
