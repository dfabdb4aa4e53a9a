/**
 * Made-up assessments for some of the made-up patients: of several kinds of need, at several distances from the next due
 * date, some with an earlier one to compare with. Answers follow a kind of need with some chance, not a person.
 */
import { type Concept, type Form, formOf, type Instrument, record } from '@fieldfare/domain/assessments';
import type { Assessment, Patient, PatientContext, Reassessment, Region } from '@fieldfare/domain/tables';
import { addDays, deterministicId, invariant, type LocalDate } from '@fieldfare/kernel';
import { createDice, type Dice } from './dice.ts';

/** So many patients of each region are assessed. */
const ASSESSED = 24;

type Draw = (dice: Dice) => number;
type Answers = Partial<Record<Concept, number | Draw>>;

const between =
  (from: number, to: number): Draw =>
  (dice) =>
    dice.int(from, to);
const often =
  (probability: number, value = 1): Draw =>
  (dice) =>
    dice.chance(probability) ? value : 0;

/** Somebody without needs, where that is not 0. */
const WELL: Answers = {
  'person.sex': between(1, 2),
  'home.living': (dice) => dice.pick([1, 1, 2, 2, 3, 4, 8]),
  'helper.main': (dice) => dice.pick([1, 1, 2, 2, 7, 9]),
  'cog.change': 1,
  'adl.change': 1,
  'overall.change': 1,
  'move.activity': between(1, 4),
  'move.outings': between(1, 3),
  'move.wheeling': 8,
  'prev.pressure': 1,
  'prev.colonoscopy': often(0.5),
  'prev.dental': often(0.5),
  'prev.eyes': often(0.7),
  'prev.hearing': often(0.5),
  'prev.flu': often(0.8),
  'prev.breast': often(0.5),
  'prev.pneumococcal': often(0.6),
  'med.count': between(4, 14),
  'health.selfRated': between(1, 3),
  'use.physician': between(0, 3),
  'use.lastHospital': (dice) => dice.pick([0, 0, 1, 3, 4]),
};

const KINDS: readonly Answers[] = [
  // Frail: daily activities, falls, some instability.
  {
    'adl.bathing': between(3, 5),
    'adl.hygiene': between(2, 4),
    'adl.dressLower': between(2, 5),
    'adl.dressUpper': between(1, 3),
    'adl.locomotion': between(1, 3),
    'adl.walking': between(1, 3),
    'adl.toiletUse': between(1, 3),
    'adl.toiletTransfer': between(1, 3),
    'adl.change': (dice) => dice.pick([1, 2, 2]),
    'iadl.meals': between(3, 6),
    'iadl.housework': between(4, 6),
    'iadl.shopping': between(4, 6),
    'iadl.transport': between(3, 6),
    'iadl.medicines': between(1, 4),
    'iadl.stairs': between(3, 6),
    'falls.band': between(0, 3),
    'sym.unsteady': between(2, 4),
    'sym.dyspnoea': often(0.5),
    'cont.bladder': between(0, 4),
    'pain.frequency': between(0, 3),
    'pain.intensity': between(1, 3),
    'social.alone': between(1, 3),
    'social.lonely': often(0.4),
    'hope.person': often(0.6),
    'therapy.physio': (dice) => dice.pick([0, 0, 60, 120]),
  },
  // Memory and behaviour.
  {
    'cog.decision': between(2, 4),
    'cog.shortTerm': 1,
    'cog.change': (dice) => dice.pick([1, 2]),
    'comm.expression': between(0, 3),
    'comm.comprehension': between(1, 3),
    'dx.alzheimer': (dice) => dice.pick([0, 2]),
    'dx.dementia': (dice) => dice.pick([0, 2]),
    'beh.wandering': between(0, 3),
    'beh.verbal': often(0.4, 2),
    'beh.resists': between(0, 3),
    'mood.anxious': between(0, 3),
    'adl.bathing': between(2, 5),
    'adl.hygiene': between(1, 4),
    'adl.eating': between(0, 2),
    'iadl.meals': between(4, 6),
    'iadl.housework': between(4, 6),
    'iadl.shopping': 6,
    'iadl.transport': 6,
    'iadl.finance': 6,
    'iadl.medicines': between(4, 6),
    'iadl.phone': between(2, 6),
    'cont.bladder': between(1, 5),
    'helper.distress': often(0.5),
    'helper.overwhelmed': often(0.5),
  },
  // Home from hospital: unstable, treated, with something to regain.
  {
    'health.unstable': often(0.7),
    'health.flare': often(0.7),
    'sym.oedema': between(0, 3),
    'sym.dyspnoea': between(1, 2),
    'nut.weightLoss': often(0.4),
    'nut.lessIntake': often(0.4),
    'adl.change': 2,
    'cog.change': (dice) => dice.pick([1, 1, 2]),
    'adl.bathing': between(2, 4),
    'adl.dressLower': between(1, 3),
    'adl.walking': between(1, 3),
    'iadl.meals': between(2, 4),
    'iadl.housework': between(3, 6),
    'iadl.shopping': between(3, 6),
    'iadl.transport': between(2, 6),
    'iadl.stairs': between(2, 5),
    'hope.person': 1,
    'hope.professional': 1,
    'use.hospital': 1,
    'therapy.physio': (dice) => dice.pick([45, 90, 120]),
    'tx.wound': (dice) => dice.pick([0, 2, 3]),
    'tx.ivMedication': (dice) => dice.pick([0, 0, 3]),
    'pain.frequency': between(1, 3),
    'pain.intensity': between(1, 3),
    'skin.prior': often(0.3),
  },
  // A little help at home.
  {
    'adl.bathing': between(1, 3),
    'iadl.housework': between(1, 4),
    'iadl.shopping': between(0, 3),
    'iadl.transport': between(0, 4),
    'pain.frequency': between(0, 2),
    'pain.intensity': between(0, 2),
    'mood.sad': between(0, 2),
    'social.lonely': often(0.3),
  },
];

/** What the Contact Assessment asks, in its own codes. */
const CONTACT: Answers = {
  'ca.decision': (dice) => dice.pick([0, 0, 1, 2]),
  'ca.bathing': between(0, 2),
  'ca.bathTransfer': between(0, 2),
  'ca.hygiene': between(0, 1),
  'ca.dressLower': between(0, 2),
  'ca.locomotion': between(0, 1),
  'ca.meals': between(0, 2),
  'ca.housework': between(0, 2),
  'ca.medicines': between(0, 2),
  'ca.stairs': between(0, 2),
  'use.emergency': between(0, 2),
  'mood.selfSad': between(0, 3),
  'mood.selfAnxious': between(0, 3),
  'helper.overwhelmed': often(0.3),
};

const SCREEN: Answers = {
  'bmhs.irritable': between(0, 2),
  'bmhs.hyperaroused': between(0, 1),
  'bmhs.insight': between(0, 1),
  'bmhs.considered': often(0.4),
  'bmhs.concern': 1,
};

const form = (instrument: Instrument, version: string): Form => {
  const found = formOf(instrument, version);
  invariant(found, `no form ${instrument} ${version}`);
  return found;
};
const HOME = form('interrai-hc', '9.1');
const CONTACT_FORM = form('interrai-ca', '10.0.1');
const SCREEN_FORM = form('interrai-bmhs', '1');

/** Household tasks are done about as well as they could be. */
const DONE = /^iadlDone\./;

function answersOf(of: Form, kind: Answers, dice: Dice): { code: string; value: number }[] {
  const values = new Map<Concept, number>();
  for (const { concept } of of.items) {
    const asked = DONE.test(concept) ? (concept.replace(DONE, 'iadl.') as Concept) : concept;
    const known = values.get(asked);
    const drawn = kind[asked] ?? WELL[asked] ?? 0;
    values.set(concept, known ?? (typeof drawn === 'number' ? drawn : drawn(dice)));
  }
  return of.items.map(({ code, concept }) => ({ code, value: values.get(concept) ?? 0 }));
}

export interface DemoRecords {
  readonly assessments: readonly Assessment[];
  readonly reassessments: readonly Reassessment[];
  readonly patientContexts: readonly PatientContext[];
}

/** `monday`: of the current week, so that the rows are the same on every day of it. */
export function recordsOf(options: {
  readonly seed: number;
  readonly region: Region;
  readonly patients: readonly Patient[];
  readonly monday: LocalDate;
  readonly authorId: string;
}): DemoRecords {
  const { seed, region, patients, monday, authorId } = options;
  const dice = createDice(seed, `assessments/${region.name}`);
  const rows = new Map<string, object[]>([
    ['assessments', []],
    ['reassessments', []],
  ]);
  const add = (patient: Patient, of: Form, kind: Answers, daysBefore: number): void => {
    const assessedOn = addDays(monday, -daysBefore);
    const { changes } = record(
      of,
      {
        instrument: of.instrument,
        formVersion: of.version,
        assessedOn,
        answers: answersOf(of, kind, dice),
      },
      {
        regionId: patient.regionId,
        patientId: patient.id,
        source: 'entry',
        completedAt: `${assessedOn}T20:00:00.000Z`,
        completedBy: authorId,
      },
    );
    for (const { table, id, set } of changes) rows.get(table)?.push({ id, ...set });
  };
  const chosen = dice.shuffled(patients.filter(({ status }) => status === 'active')).slice(0, ASSESSED);
  for (const [index, patient] of chosen.entries()) {
    const kind = KINDS[index % KINDS.length] ?? {};
    if (index % 6 === 5) add(patient, CONTACT_FORM, CONTACT, dice.int(2, 20));
    if (index % 12 === 5) continue; // known from the first contact only
    if (index % 2 === 0) add(patient, HOME, kind, dice.int(110, 150));
    add(patient, HOME, kind, index % 8 === 3 ? dice.int(91, 105) : dice.int(4, 86));
    if (index % 11 === 1) add(patient, SCREEN_FORM, SCREEN, dice.int(1, 9));
  }
  return {
    assessments: rows.get('assessments') as unknown as Assessment[],
    reassessments: rows.get('reassessments') as unknown as Reassessment[],
    patientContexts: chosen.map(({ id, regionId }) => ({
      id: deterministicId('patient-context', id),
      regionId,
      patientId: id,
      internet: dice.chance(0.75),
      techReadiness: dice.int(0, 3),
      rurality: dice.pick(['urban', 'urban', 'rural', 'remote'] as const),
    })),
  };
}
