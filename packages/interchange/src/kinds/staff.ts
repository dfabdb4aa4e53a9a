/** Staff: our own people and partners'. */
import {
  type AvailabilityInterval,
  type EMPLOYMENT_TYPES,
  type STARTS,
  type Staff,
  type StaffBreak,
  type StaffRole,
  staff,
} from '@fieldfare/domain/tables';
import { deterministicId } from '@fieldfare/kernel';
import { BREAKS_FORMAT, readBreaks, writeBreaks } from './breaks.ts';
import { bad, type Cell, choice, fold, good, number, text, words, yesNo } from './cells.ts';
import { type Field, type Kind, type Values, valueAt } from './kind.ts';
import { referenceKey } from './lookup.ts';
import { regionField } from './references.ts';
import { rowsOf } from './rows.ts';
import { clock, readWeeklyTimes, writeDays } from './weekly-times.ts';

const ROLES: Readonly<Record<StaffRole, readonly string[]>> = {
  rn: ['registered nurse', 'infirmière autorisée', 'infirmier autorisé', 'IA', 'infirmière', 'nurse'],
  rpn: ['registered practical nurse', 'practical nurse', 'LPN', 'infirmière auxiliaire', 'infirmier auxiliaire', 'IAA'],
  psw: [
    'personal support worker',
    'personal support',
    'HCA',
    'home support worker',
    'préposé aux bénéficiaires',
    'préposée aux bénéficiaires',
    'PAB',
    'PSSP',
  ],
  ot: ['occupational therapist', 'ergothérapeute', 'ergo'],
  pt: ['physiotherapist', 'physio', 'physiothérapeute'],
  slp: ['speech language pathologist', 'speech therapist', 'orthophoniste'],
  sw: ['social worker', 'travailleur social', 'travailleuse sociale', 'TS'],
  rd: ['registered dietitian', 'dietitian', 'diététiste', 'nutritionniste'],
};
const EMPLOYMENT: Readonly<Record<(typeof EMPLOYMENT_TYPES)[number], readonly string[]>> = {
  'full-time': ['FT', 'full time', 'temps plein'],
  'part-time': ['PT', 'part time', 'temps partiel'],
  casual: ['occasionnel', 'occasionnelle', 'sur appel', 'on call'],
  contract: ['contractor', 'agency', 'contractuel', 'contractuelle', 'à contrat'],
};
const STARTS_FROM: Readonly<Record<(typeof STARTS)[number], readonly string[]>> = {
  home: ['domicile', 'maison'],
  office: ['branch', 'bureau', 'succursale'],
};
/** Weekly hours where the file gives none. */
const USUAL_HOURS = { 'full-time': 35, 'part-time': 20, casual: 12, contract: 20 } as const;

const LANGUAGES: Readonly<Record<string, string>> = { english: 'en', anglais: 'en', french: 'fr', francais: 'fr' };

function availability(cell: string): Cell<AvailabilityInterval[]> {
  const format = 'weekly times such as "Mon-Fri 08:00-16:00; Sat 09:00-12:00"';
  const times = readWeeklyTimes(cell);
  if (!times) return bad(format);
  const rows: AvailabilityInterval[] = [];
  for (const { weekdays, from, to } of times) {
    for (const weekday of weekdays) {
      if (to > from) rows.push({ weekday, from: clock(from), to: clock(to) });
      else {
        // Nights are two stretches: up to midnight, and on from it the next morning.
        rows.push({ weekday, from: clock(from), to: '24:00' });
        if (to > 0) rows.push({ weekday: (weekday % 7) + 1, from: '00:00', to: clock(to) });
      }
    }
  }
  rows.sort((a, b) => a.weekday - b.weekday || (a.from < b.from ? -1 : 1));
  for (const [index, row] of rows.entries()) {
    const next = rows[index + 1];
    if (next && next.weekday === row.weekday && next.from < row.to) {
      return bad('stretches of one day that do not overlap');
    }
  }
  return rows.length <= 28 ? good(rows) : bad('at most 28 stretches a week');
}

/** `Mon-Fri 08:00-16:00; Sat 09:00-12:00`: days with equal stretches share a part. */
function writeAvailability(rows: readonly AvailabilityInterval[]): string {
  const days = new Map<string, number[]>();
  for (let weekday = 1; weekday <= 7; weekday += 1) {
    const own = rows.filter((row) => row.weekday === weekday).sort((a, b) => (a.from < b.from ? -1 : 1));
    if (own.length === 0) continue;
    const key = own.map((row) => `${row.from}-${row.to}`).join(', ');
    days.set(key, [...(days.get(key) ?? []), weekday]);
  }
  return [...days].map(([ranges, weekdays]) => `${writeDays(weekdays)} ${ranges}`).join('; ');
}

function languages(cell: string): Cell<string[]> {
  const codes = cell
    .split(/[,;/+ ]+/)
    .filter((word) => word !== '')
    .map((word) => LANGUAGES[fold(word)] ?? word.toLowerCase());
  return codes.every((code) => /^[a-z]{2,3}(-[a-z0-9]{2,4})?$/.test(code))
    ? good([...new Set(codes)])
    : bad('language codes such as "en, fr"');
}

const FIELDS: readonly Field[] = [
  {
    key: 'reference',
    label: 'Staff number',
    labelFr: 'Numéro d’employé',
    required: true,
    synonyms: ['reference', 'employee number', 'employee id', 'staff id', 'id', 'matricule', 'référence', 'no employé'],
    format: 'your own number for the person, up to 40 characters',
    example: 'E-0001',
    read: text(40),
  },
  {
    key: 'givenName',
    label: 'Given name',
    labelFr: 'Prénom',
    required: true,
    synonyms: ['first name', 'given names', 'firstname', 'prenom'],
    format: 'up to 80 characters',
    example: 'Joan',
    read: text(80),
  },
  {
    key: 'familyName',
    label: 'Family name',
    labelFr: 'Nom de famille',
    required: true,
    synonyms: ['last name', 'surname', 'lastname', 'nom'],
    format: 'up to 80 characters',
    example: 'Roy',
    read: text(80),
  },
  {
    key: 'role',
    label: 'Role',
    labelFr: 'Rôle',
    required: true,
    synonyms: ['profession', 'discipline', 'job', 'title', 'designation', 'titre', 'poste', 'fonction'],
    format: 'rn, rpn, psw, ot, pt, slp, sw or rd, or the full name in English or French',
    example: 'psw',
    read: choice(ROLES),
  },
  {
    key: 'team',
    label: 'Team',
    labelFr: 'Équipe',
    required: false,
    synonyms: ['group', 'unit', 'groupe', 'equipe', 'unité'],
    format: 'up to 60 characters; "Team" and the role when left out',
    example: 'Kanata',
    read: text(60),
  },
  {
    key: 'employmentType',
    label: 'Employment',
    labelFr: 'Type d’emploi',
    required: false,
    synonyms: ['employment type', 'contract', 'contract type', 'emploi', 'statut d’emploi', 'contrat'],
    format: 'full-time, part-time, casual or contract; part-time when left out',
    example: 'full-time',
    read: choice(EMPLOYMENT),
  },
  {
    key: 'partner',
    label: 'Partner organisation',
    labelFr: 'Organisme partenaire',
    required: false,
    synonyms: ['partner', 'agency name', 'subcontractor', 'sspo', 'partenaire', 'sous-traitant'],
    format: 'the name of a partner organisation; blank for own staff',
    example: '',
    read: (cell, lookup) => {
      const partner = lookup.partners.get(fold(cell));
      return partner ? good(partner.id) : bad('the name of a known partner organisation, or nothing for own staff');
    },
  },
  {
    key: 'weeklyHours',
    label: 'Weekly hours',
    labelFr: 'Heures par semaine',
    required: false,
    synonyms: [
      'hours',
      'capacity',
      'capacity hours',
      'hours a week',
      'hours per week',
      'max hours',
      'heures',
      'capacité',
    ],
    format: 'most hours of visits a week, 0 to 100; by employment when left out (35, 20, 12, 20)',
    example: '28',
    read: number(0, 100),
  },
  {
    key: 'overtimeHours',
    label: 'Overtime hours',
    labelFr: 'Heures supplémentaires',
    required: false,
    synonyms: ['overtime', 'max overtime', 'heures sup', 'surtemps'],
    format: 'most hours of visits above the weekly hours, 0 to 50; none when left out',
    example: '2',
    read: number(0, 50),
  },
  {
    key: 'availability',
    label: 'Availability',
    labelFr: 'Disponibilité',
    required: false,
    synonyms: ['available', 'hours of work', 'shifts', 'work hours', 'disponibilités', 'horaire'],
    format: 'weekly times such as "Mon-Fri 08:00-16:00; Sat 09:00-12:00"; left out: cannot be booked',
    example: 'Mon-Fri 08:00-16:00; Sat 09:00-12:00',
    read: availability,
  },
  {
    key: 'breaks',
    label: 'Breaks',
    labelFr: 'Pauses',
    required: false,
    synonyms: ['break', 'meal break', 'lunch', 'pause', 'pause repas', 'dîner'],
    format: BREAKS_FORMAT,
    example: '30 min 11:30-13:30',
    read: readBreaks,
  },
  {
    key: 'homeLat',
    label: 'Home latitude',
    labelFr: 'Latitude du domicile',
    required: false,
    synonyms: ['latitude', 'lat'],
    format: 'degrees north; the centre of the region when left out',
    example: '45.3005',
    read: number(-90, 90),
  },
  {
    key: 'homeLng',
    label: 'Home longitude',
    labelFr: 'Longitude du domicile',
    required: false,
    synonyms: ['longitude', 'lng', 'lon', 'long'],
    format: 'degrees east (negative in Canada); the centre of the region when left out',
    example: '-75.911',
    read: number(-180, 180),
  },
  {
    key: 'startsFrom',
    label: 'Day starts from',
    labelFr: 'Départ de la journée',
    required: false,
    synonyms: ['starts from', 'start point', 'branch start', 'lieu de départ', 'départ'],
    format: 'home or office; home when left out',
    example: 'home',
    read: choice(STARTS_FROM),
  },
  {
    key: 'phone',
    label: 'Phone',
    labelFr: 'Téléphone',
    required: false,
    synonyms: ['telephone', 'mobile', 'cell', 'phone number', 'cellulaire', 'tél'],
    format: 'up to 40 characters',
    example: '613-555-0101',
    read: text(40),
  },
  {
    key: 'languages',
    label: 'Languages',
    labelFr: 'Langues',
    required: false,
    synonyms: ['language', 'spoken languages', 'langue'],
    format: 'language codes such as "en, fr"',
    example: 'en, fr',
    read: languages,
  },
  {
    key: 'skills',
    label: 'Skills',
    labelFr: 'Compétences',
    required: false,
    synonyms: ['skill', 'competencies', 'certifications', 'competences'],
    format: 'words of your own such as "palliative, ostomy", up to 40',
    example: 'palliative',
    read: words(40),
  },
  {
    key: 'active',
    label: 'Active',
    labelFr: 'Actif',
    required: false,
    synonyms: ['enabled', 'status', 'statut'],
    format: 'yes or no; yes when left out',
    example: 'yes',
    read: yesNo,
  },
  regionField,
];

function build(values: Values, lookup: Parameters<Kind<Staff>['build']>[1]): ReturnType<Kind<Staff>['build']> {
  const { region } = lookup.context;
  const reference = valueAt<string>(values, 'reference') ?? '';
  const existing = lookup.staffByReference.get(referenceKey(reference));
  const role = valueAt<StaffRole>(values, 'role') ?? 'psw';
  const employmentType = valueAt<Staff['employmentType']>(values, 'employmentType') ?? 'part-time';
  const hours = valueAt<number>(values, 'weeklyHours') ?? USUAL_HOURS[employmentType];
  const overtime = valueAt<number>(values, 'overtimeHours');
  if (values.has('homeLat') !== values.has('homeLng')) {
    return [{ field: 'homeLng', rule: 'IMP-PLACE', message: 'latitude and longitude come together or not at all' }];
  }
  const row: Staff = {
    id: existing?.id ?? deterministicId('staff', region.id, referenceKey(reference)),
    regionId: region.id,
    reference: existing?.reference ?? reference,
    givenName: valueAt<string>(values, 'givenName') ?? '',
    familyName: valueAt<string>(values, 'familyName') ?? '',
    role,
    team: valueAt<string>(values, 'team') ?? `Team ${role.toUpperCase()}`,
    employmentType,
    partnerId: valueAt<string>(values, 'partner') ?? null,
    capacityMinutes: Math.round(hours * 60),
    availability: valueAt<AvailabilityInterval[]>(values, 'availability') ?? [],
    homeLat: valueAt<number>(values, 'homeLat') ?? region.lat,
    homeLng: valueAt<number>(values, 'homeLng') ?? region.lng,
    phone: valueAt<string>(values, 'phone') ?? '',
    languages: valueAt<string[]>(values, 'languages') ?? [],
    active: valueAt<boolean>(values, 'active') ?? true,
    skills: valueAt<string[]>(values, 'skills') ?? null,
    startsFrom: valueAt<Staff['startsFrom']>(values, 'startsFrom') ?? null,
    breaks: valueAt<StaffBreak[]>(values, 'breaks') ?? null,
    overtimeMinutes: overtime ? Math.round(overtime * 60) : null,
  };
  const rowField: Readonly<Record<string, string>> = {
    partner: 'partnerId',
    weeklyHours: 'capacityMinutes',
    overtimeHours: 'overtimeMinutes',
  };
  return {
    row,
    given: [...values.keys()]
      .filter((key) => key !== 'reference' && key !== 'region')
      .map((key) => rowField[key] ?? key),
  };
}

/** Four decimals give back every whole minute. */
const hoursOf = (minutes: number): number => Math.round((minutes / 60) * 10_000) / 10_000;

export const staffKind: Kind<Staff> = {
  name: 'staff',
  fields: FIELDS,
  identity: (values) => referenceKey(valueAt<string>(values, 'reference') ?? ''),
  repeated: () => 'duplicate',
  build,
  ...rowsOf(staff),
  fieldOf: { partnerId: 'partner', capacityMinutes: 'weeklyHours', overtimeMinutes: 'overtimeHours' },
  write: (row, lookup) => ({
    partner: (row.partnerId && lookup.partnerNames.get(row.partnerId)) ?? '',
    weeklyHours: hoursOf(row.capacityMinutes),
    overtimeHours: row.overtimeMinutes ? hoursOf(row.overtimeMinutes) : '',
    startsFrom: row.startsFrom ?? '',
    availability: writeAvailability(row.availability),
    breaks: writeBreaks(row.breaks ?? []),
    languages: row.languages.join(', '),
    skills: (row.skills ?? []).join(', '),
    active: row.active ? 'yes' : 'no',
    region: lookup.context.region.name,
  }),
};
