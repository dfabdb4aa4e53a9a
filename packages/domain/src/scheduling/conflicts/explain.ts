/**
 * Conflicts in words: facts, names and a zone in; what the conflicts list shows out. Pure.
 * Says who did what when, which side holds the place for now and why, and what can be done.
 */
import { epochMinuteOf, timeOf, type Zone } from '@fieldfare/kernel';
import { compareText } from '../../collections.ts';
import type { BoardConflict, ConflictChoice } from '../board.ts';
import { dayText, momentText, spanText, visitSpan } from '../wording.ts';
import type { ClashSide, ConflictFacts, ConflictTable, DerivedConflict, Mark } from './facts.ts';
import { changedWords, groupWord, joinWords, type Names, valueText } from './field-words.ts';

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

/** The row in question: `visit to Simone`, `nursing that Simone needs`, `record of Simone`. */
function thingOf(table: ConflictTable, serviceCode: string | undefined, patient: string, names: Names): string {
  switch (table) {
    case 'visits':
      return `visit to ${patient}`;
    case 'assignments':
      return `assignment of the visit to ${patient}`;
    case 'patients':
      return `record of ${patient}`;
    case 'requirements':
      return `${names.service(serviceCode ?? '')} that ${patient} needs`;
  }
}

function explainFields(facts: Facts<'concurrent-field'>, patient: string, names: Names, zone: Zone): Words {
  const what = groupWord(
    facts.group,
    facts.fields.map(({ field }) => field),
  );
  const table = facts.fields[0]?.table ?? 'visits';
  const thing = thingOf(table === 'assignments' ? 'visits' : table, facts.serviceCode, patient, names);
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
    title: `Two answers for the ${what} of the ${thing}`,
    explanation:
      `${said.join(' ')} Neither had seen the other’s change. ` +
      `“${sides[0]?.value}” is shown for now, as the later of the two; nothing is lost until somebody decides.`,
    sides,
    choices,
  };
}

function explainRemoval(facts: Facts<'edit-delete'>, patient: string, names: Names, zone: Zone): Words {
  const thing = thingOf(facts.table, facts.serviceCode, patient, names);
  const verb = facts.how === 'deleted' ? 'deleted' : 'cancelled';
  const edited = changedWords(facts.editedFields);
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

function explainPair(facts: Facts<'pair-apart'>, conflict: DerivedConflict, names: Names, zone: Zone): Words {
  const patient = names.patient(conflict.patientId ?? '');
  const [first, second] = facts.sides;
  const day = dayText(first.date);
  const nameOf = ({ staffId, date, start, minutes }: ClashSide): string =>
    `${names.staff(staffId)} (${visitSpan(date, start, minutes, zone)})`;
  const { pairing } = facts;
  const asked =
    pairing.kind === 'together'
      ? 'The two are to come together'
      : `The second is to come ${pairing.leastMinutes} to ${pairing.mostMinutes} min after the first has left`;
  return {
    title: facts.sameCarer
      ? `${names.staff(first.staffId)} has both visits to ${patient} that ask for two carers, ${day}`
      : pairing.kind === 'together'
        ? `The two carers for ${patient} do not come together, ${day}`
        : `The second carer for ${patient} does not follow the first as asked, ${day}`,
    explanation:
      `${asked}${facts.sameCarer ? ', each with another carer' : ''}. ` +
      `${names.user(first.by)} placed ${nameOf(first)} on ${when(first, zone)}. ` +
      `${names.user(second.by)} placed ${nameOf(second)} on ${when(second, zone)}. Nothing was changed by itself.`,
    sides: [],
    choices: [
      { choice: 'keep-first', label: `Keep ${nameOf(first)}; the other goes to the tray` },
      { choice: 'keep-second', label: `Keep ${nameOf(second)}; the other goes to the tray` },
      ACCEPT,
    ],
  };
}

const LEFT = { discharged: 'was discharged', inactive: 'is no longer active', deleted: 'was removed' } as const;

const ACCEPT: ConflictChoice = { choice: 'accept', label: 'Leave it as it is, knowingly' };

function explainGoneWish(
  facts: Facts<'dangling-reference'>,
  { staffId, patientId }: DerivedConflict,
  names: Names,
  zone: Zone,
): Words {
  const [who, patient] = [names.staff(staffId ?? ''), names.patient(patientId ?? '')];
  return {
    title: `${who} ${LEFT[facts.why]} but is the carer ${patient} prefers`,
    explanation:
      `${names.user(facts.gone.by)} recorded on ${when(facts.gone, zone)} that ${who} ${LEFT[facts.why]}. ` +
      `What ${patient} needs still names this carer as preferred. Nothing was changed by itself.`,
    sides: [],
    choices: [{ choice: 'clear', label: 'Prefer nobody for now' }, ACCEPT],
  };
}

function explainDangling(
  facts: Facts<'dangling-reference'>,
  conflict: DerivedConflict,
  names: Names,
  zone: Zone,
): Words {
  const patient = names.patient(conflict.patientId ?? '');
  if (facts.reference === 'preferred') return explainGoneWish(facts, conflict, names, zone);
  const ofStaff = facts.reference === 'staff';
  const who = ofStaff ? names.staff(conflict.staffId ?? '') : patient;
  const left = LEFT[facts.why];
  const day = conflict.date === null ? 'this week' : `on ${dayText(conflict.date)}`;
  return {
    title: `${who} ${left} but has a visit ${day}`,
    explanation:
      `${names.user(facts.gone.by)} recorded on ${when(facts.gone, zone)} that ${who} ${left}. ` +
      `The visit to ${patient} ${day} still counts on ${ofStaff ? 'this carer' : 'it'}. Nothing was changed by itself.`,
    sides: [],
    choices: ofStaff
      ? [{ choice: 'unassign', label: 'Put the visit back in the tray' }, ACCEPT]
      : [{ choice: 'cancel', label: 'Cancel the visit' }, ACCEPT],
  };
}

const UNASSIGN: ConflictChoice = { choice: 'unassign', label: 'Put the visit back in the tray' };

const upper = (codes: readonly string[]): string => codes.map((code) => code.toUpperCase()).join(' or ');

const dayOf = ({ date }: DerivedConflict): string => (date === null ? 'this week' : `on ${dayText(date)}`);

function explainSkill(facts: Facts<'skill-breach'>, conflict: DerivedConflict, names: Names, zone: Zone): Words {
  const who = names.staff(conflict.staffId ?? '');
  const service = names.service(facts.serviceCode);
  const patient = names.patient(conflict.patientId ?? '');
  const done = {
    carer: `gave the visit to ${who}`,
    service: `made ${service} the service of the visit`,
    role: `recorded that ${who} is ${upper([facts.role])}`,
    roles: `changed who may deliver ${service}`,
  }[facts.what];
  return {
    title: `${who} may not deliver ${service} to ${patient} ${dayOf(conflict)}`,
    explanation:
      `${names.user(facts.cause.by)} ${done} on ${when(facts.cause, zone)}. ${service} needs ${upper(facts.roles)}; ` +
      `${who} is ${upper([facts.role])}. Nothing was changed by itself.`,
    sides: [],
    choices: [UNASSIGN, ACCEPT],
  };
}

function explainContinuity(
  facts: Facts<'continuity-breach'>,
  conflict: DerivedConflict,
  names: Names,
  zone: Zone,
): Words {
  const wanted = names.staff(conflict.staffId ?? '');
  const patient = names.patient(conflict.patientId ?? '');
  const carers = [...new Set(facts.visits.map(({ staffId }) => names.staff(staffId)))].sort(compareText);
  const others = joinWords(carers);
  const count = facts.visits.length === 1 ? 'One visit' : `${facts.visits.length} visits`;
  const verb = facts.visits.length === 1 ? 'was' : 'were';
  return {
    title: `${patient} is to be visited by ${wanted}, but ${others} ${carers.length === 1 ? 'has' : 'have'} ${facts.visits.length === 1 ? 'a visit' : `${facts.visits.length} visits`}`,
    explanation:
      `${names.user(facts.wish.by)} named ${wanted} as the carer for ${names.service(facts.serviceCode)} on ` +
      `${when(facts.wish, zone)}. ${count} ${verb} given to ${others} before that. Nothing was changed by itself.`,
    sides: [],
    choices: [
      {
        choice: 'unassign',
        label: facts.visits.length === 1 ? UNASSIGN.label : 'Put these visits back in the tray',
      },
      ACCEPT,
    ],
  };
}

/** What a choice did, told of somebody: `Ben kept the visit that was placed first`. */
const CHOSEN: Readonly<Record<string, string>> = {
  'keep-first': 'kept the visit that was placed first',
  'keep-second': 'kept the visit that was placed second',
  'accept-both': 'kept both visits',
  unassign: 'took the carer off',
  accept: 'left it as it was',
};

function explainContested(
  facts: Facts<'contested-resolution'>,
  patient: string | null,
  names: Names,
  zone: Zone,
): Words {
  const chosen = (choice: string): string => CHOSEN[choice] ?? choice;
  const sides = facts.words.map((word, index) => ({
    label: 'decision',
    value: chosen(word.choice),
    by: names.user(word.by),
    at: timeOf(word.stamp),
    shown: index === 0,
  }));
  const said = facts.words.map((word, index) => `${sides[index]?.by} ${chosen(word.choice)} on ${when(word, zone)}.`);
  const off = facts.words.flatMap(({ takenOff }) => takenOff.map(({ visitId }) => visitId));
  return {
    title: `Two decisions about one conflict${patient === null ? '' : `, with ${patient}`}`,
    explanation:
      `${said.join(' ')} Neither had seen the other’s decision, and both took effect: ` +
      `${new Set(off).size === 1 ? 'one visit was' : `${new Set(off).size} visits were`} taken from their carer.`,
    sides,
    choices: sides.map(({ by, value }, index) => ({ choice: `word-${index}`, label: `As ${by} decided: ${value}` })),
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
    case 'pair-apart':
      return explainPair(facts, conflict, names, zone);
    case 'skill-breach':
      return explainSkill(facts, conflict, names, zone);
    case 'continuity-breach':
      return explainContinuity(facts, conflict, names, zone);
    case 'contested-resolution':
      return explainContested(facts, conflict.patientId === null ? null : patient, names, zone);
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
