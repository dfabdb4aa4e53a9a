/** Partners: organisations that deliver visits for us, and what was agreed with each. One file is for one region. */
import { type Partner, partners } from '@fieldfare/domain/tables';
import { deterministicId } from '@fieldfare/kernel';
import { bad, type Cell, fold, good, number, text, whole, yesNo } from './cells.ts';
import { type Field, type Kind, type Lookup, valueAt } from './kind.ts';
import { regionField } from './references.ts';
import { rowsOf } from './rows.ts';

function services(cell: string, { services: known, context }: Lookup): Cell<string[]> {
  const found = cell
    .split(/[,;/|]+/)
    .filter((name) => name.trim() !== '')
    .map((name) => known.get(fold(name))?.code);
  const codes = found.flatMap((code) => code ?? []);
  return codes.length === found.length
    ? good([...new Set(codes)])
    : bad(`codes or names of services: ${context.serviceTypes.map(({ code }) => code).join(', ')}`);
}

const FIELDS: readonly Field[] = [
  {
    key: 'name',
    label: 'Partner',
    labelFr: 'Partenaire',
    required: true,
    synonyms: ['name', 'partner name', 'organisation', 'organization', 'agency', 'sspo', 'nom', 'organisme'],
    format: 'the name of the organisation, up to 120 characters; a known name is changed',
    example: 'Rideau Valley Home Care',
    read: text(120),
  },
  {
    key: 'serviceCodes',
    label: 'Services',
    labelFr: 'Services',
    required: false,
    synonyms: ['service', 'service codes', 'contracted services', 'services sous contrat'],
    format: 'codes or names of services such as "psw, nursing"; none when left out',
    example: 'psw',
    read: services,
  },
  {
    key: 'weeklyHours',
    label: 'Weekly hours',
    labelFr: 'Heures par semaine',
    required: false,
    synonyms: [
      'hours',
      'hours a week',
      'hours per week',
      'capacity',
      'capacity hours',
      'max hours',
      'heures',
      'capacité',
    ],
    format: 'most hours of visits a week in each region, 0 to 10000; no limit when left out',
    example: '120',
    read: number(0, 10_000),
  },
  {
    key: 'noticeDays',
    label: 'Days of notice',
    labelFr: 'Jours de préavis',
    required: false,
    synonyms: ['notice', 'notice days', 'préavis', 'préavis (jours)'],
    format: 'a whole number from 0 to 60; none when left out',
    example: '2',
    read: whole(0, 60),
  },
  {
    key: 'price',
    label: 'Price an hour',
    labelFr: 'Prix de l’heure',
    required: false,
    synonyms: ['price', 'price per hour', 'hourly rate', 'rate', 'tarif', 'tarif horaire'],
    format: 'dollars from 0 to 1000; none when left out',
    example: '42.50',
    read: number(0, 1000),
  },
  {
    key: 'phone',
    label: 'Phone',
    labelFr: 'Téléphone',
    required: false,
    synonyms: ['telephone', 'phone number', 'tél'],
    format: 'up to 40 characters',
    example: '613-555-0140',
    read: text(40),
  },
  {
    key: 'active',
    label: 'Active',
    labelFr: 'Actif',
    required: false,
    synonyms: ['enabled', 'status', 'under contract', 'statut', 'sous contrat'],
    format: 'yes or no; yes when left out',
    example: 'yes',
    read: yesNo,
  },
  regionField,
];

const ROW_FIELD: Readonly<Record<string, string>> = { weeklyHours: 'capacityMinutes', price: 'centsAnHour' };

/** Four decimals give back every whole minute. */
const hoursOf = (minutes: number): number => Math.round((minutes / 60) * 10_000) / 10_000;

export const partnersKind: Kind<Partner> = {
  name: 'partners',
  fields: FIELDS,
  identity: (values) => fold(valueAt<string>(values, 'name') ?? ''),
  repeated: () => 'duplicate',
  build(values, lookup) {
    const { region } = lookup.context;
    const name = valueAt<string>(values, 'name') ?? '';
    const existing = lookup.partners.get(fold(name));
    const hours = valueAt<number>(values, 'weeklyHours');
    const price = valueAt<number>(values, 'price');
    const row: Partner = {
      id: existing?.id ?? deterministicId('partner', fold(name)),
      name: existing?.name ?? name,
      // Whom a region's file names works there; other regions are left alone.
      regionIds: [...new Set([...(existing?.regionIds ?? []), region.id])],
      serviceCodes: valueAt<string[]>(values, 'serviceCodes') ?? [],
      phone: valueAt<string>(values, 'phone') ?? '',
      active: valueAt<boolean>(values, 'active') ?? true,
      centsAnHour: price === undefined ? null : Math.round(price * 100),
      capacityMinutes: hours === undefined ? null : Math.round(hours * 60),
      noticeDays: valueAt<number>(values, 'noticeDays') ?? null,
    };
    const given = [...values.keys()].filter((key) => key !== 'name' && key !== 'region');
    return { row, given: ['regionIds', ...given.map((key) => ROW_FIELD[key] ?? key)] };
  },
  ...rowsOf(partners),
  fieldOf: { capacityMinutes: 'weeklyHours', centsAnHour: 'price' },
  write: (row, lookup) => ({
    serviceCodes: row.serviceCodes.join(', '),
    weeklyHours: typeof row.capacityMinutes === 'number' ? hoursOf(row.capacityMinutes) : '',
    noticeDays: row.noticeDays ?? '',
    price: typeof row.centsAnHour === 'number' ? row.centsAnHour / 100 : '',
    active: row.active ? 'yes' : 'no',
    region: lookup.context.region.name,
  }),
};
