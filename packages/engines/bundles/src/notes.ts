/** What to mind when a bundle is run (`OPS-…`) and how it will feel to live with (`EXP-…`): one rule, one sentence. */
import type { Levels } from './drivers.ts';
import type { ServiceLine } from './lines.ts';
import type { PatientNeedsProfile } from './profile.ts';
import type { Stream } from './rates.ts';
import { carersOf, SERVICES } from './services.ts';

export interface Note {
  readonly rule: string;
  readonly kind: 'operational' | 'experience';
  readonly text: string;
}

export interface NoteInput {
  readonly profile: PatientNeedsProfile;
  readonly levels: Levels;
  readonly lines: readonly ServiceLine[];
  readonly stream: Stream;
  readonly startWithinHours: number | null;
}

/** 120 hours in 30 days, as the revoked O. Reg. 386/99 had it. */
export const PSW_SOFT_CAP_HOURS = 28;

const atLeast = (levels: Levels, driver: keyof Levels, least: number): boolean =>
  (levels[driver].level ?? Number.NEGATIVE_INFINITY) >= least;

const hoursOfPsw = (lines: readonly ServiceLine[]): number =>
  lines.reduce((sum, { service, quantity }) => (service === 'psw' ? sum + quantity : sum), 0);

const visitsPerWeek = (lines: readonly ServiceLine[]): number =>
  lines.reduce((sum, { visits, mode }) => sum + (visits && mode === 'in-person' ? visits.perWeek : 0), 0);

const named = (lines: readonly ServiceLine[], where: (line: ServiceLine) => boolean): string =>
  lines
    .filter(where)
    .map(({ service }) => SERVICES[service].label)
    .join(', ');

type Rule = readonly [id: string, say: (input: NoteInput) => string | null];

const when = (condition: boolean, text: string): string | null => (condition ? text : null);

const OPERATIONAL: readonly Rule[] = [
  [
    'OPS-SAME-DAY',
    ({ levels }) =>
      when(atLeast(levels, 'safetyLevel', 3), 'A safety flag is at level 3: somebody speaks with the person today.'),
  ],
  [
    'OPS-START',
    ({ startWithinHours }) =>
      startWithinHours === null
        ? 'When to start is not known: assess urgency.'
        : `First service within ${startWithinHours <= 72 ? `${startWithinHours} hours` : `${startWithinHours / 24} days`}.`,
  ],
  [
    'OPS-NOBODY',
    ({ lines }) => {
      const names = named(lines, ({ provider }) => provider === 'none');
      return when(names !== '', `Neither our staff nor a partner delivers: ${names}.`);
    },
  ],
  [
    'OPS-PARTNER',
    ({ lines }) => {
      const names = named(lines, ({ provider }) => provider === 'partner');
      return when(names !== '', `Through a partner, whose approval comes first: ${names}.`);
    },
  ],
  [
    'OPS-SPLIT',
    ({ lines }) => {
      const split = named(lines, ({ service, visits }) => service === 'psw' && (visits?.perWeek ?? 0) > 7);
      return when(split !== '', 'More than one personal support visit a day: plan morning and evening.');
    },
  ],
  [
    'OPS-TWO-CARERS',
    ({ lines }) => {
      const names = named(lines, ({ visits }) => visits !== null && carersOf(visits) === 2);
      return when(names !== '', `Two carers come, and both are counted and paid: ${names}.`);
    },
  ],
  [
    'OPS-LEGACY-CAP',
    ({ lines, stream }) =>
      when(
        stream.pswSoftCap && hoursOfPsw(lines) > PSW_SOFT_CAP_HOURS,
        `More than ${PSW_SOFT_CAP_HOURS} hours of personal support a week (legacy-386/99, advice only).`,
      ),
  ],
  [
    'OPS-ONE-OFF',
    ({ lines }) => {
      const names = named(lines, ({ oneOff }) => oneOff);
      return when(names !== '', `In the first four weeks only: ${names}.`);
    },
  ],
  [
    'OPS-REHAB-TAPER',
    ({ levels }) =>
      when(atLeast(levels, 'rehab', 4), 'Review therapy after four to six weeks; halve it when goals are met.'),
  ],
  [
    'OPS-UNSTABLE',
    ({ levels }) =>
      when(
        atLeast(levels, 'instability', 3) && !atLeast(levels, 'instability', 5),
        'Health is unstable: a nurse follows up first.',
      ),
  ],
  ['OPS-PALLIATIVE', ({ levels }) => when(atLeast(levels, 'instability', 5), 'Ask for a palliative review.')],
  ['OPS-MH-REFERRAL', ({ levels }) => when(atLeast(levels, 'mood', 5), 'Refer to mental health.')],
  [
    'OPS-DISPENSER',
    ({ levels }) => {
      const { level } = levels.cognition;
      return when(
        atLeast(levels, 'cap.medications', 1) && level !== null && level <= 2,
        'A medication dispenser could help; the person can learn it.',
      );
    },
  ],
  [
    'OPS-DEVICES',
    ({ lines }) => {
      const names = named(lines, ({ service }) => service === 'rpm' || service === 'pers');
      return when(names !== '', `Devices are installed and tried before visits rely on them: ${names}.`);
    },
  ],
  [
    'OPS-DISTANCE',
    ({ profile, lines }) => {
      const far = profile.needs.rurality.value === 'rural' || profile.needs.rurality.value === 'remote';
      return when(
        far && visitsPerWeek(lines) >= 5,
        'Long ways: put visits of one day into one trip where roles allow.',
      );
    },
  ],
];

const EXPERIENCE: readonly Rule[] = [
  [
    'EXP-FAMILIAR',
    ({ levels }) =>
      when(atLeast(levels, 'cognition', 3), 'Few familiar faces at the same time of day; new people are introduced.'),
  ],
  [
    'EXP-MANY-VISITS',
    ({ lines }) => {
      const count = visitsPerWeek(lines);
      return when(count > 14, `About ${Math.round(count)} visits a week: agree on quiet times.`);
    },
  ],
  ['EXP-CAREGIVER', ({ levels }) => when(atLeast(levels, 'helperStrain', 1), 'The helper chooses when relief comes.')],
  ['EXP-PAIN', ({ levels }) => when(atLeast(levels, 'pain', 3), 'Care that moves the body follows pain relief.')],
  [
    'EXP-COMMUNICATION',
    ({ levels, lines }) =>
      when(
        atLeast(levels, 'communication', 4) && lines.some(({ mode, visits }) => mode === 'remote' && visits !== null),
        'Talking is hard for this person: try a visit before a call.',
      ),
  ],
  [
    'EXP-ALONE',
    ({ levels, lines }) =>
      when(
        atLeast(levels, 'livesAlone', 1) && !lines.some(({ service }) => service === 'pers'),
        'Lives alone without an emergency button: ask whether one is wanted.',
      ),
  ],
];

const applied = (rules: readonly Rule[], kind: Note['kind'], input: NoteInput): Note[] =>
  rules.flatMap(([rule, say]) => {
    const text = say(input);
    return text === null ? [] : [{ rule, kind, text }];
  });

export const notesOf = (input: NoteInput): readonly Note[] => [
  ...applied(OPERATIONAL, 'operational', input),
  ...applied(EXPERIENCE, 'experience', input),
];
