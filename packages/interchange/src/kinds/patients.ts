/** Patients. A place is required: travel cannot be judged without one, and a guess would look like a fact. */
import { type PATIENT_STATUSES, type Patient, patients, type RISKS } from '@fieldfare/domain/tables';
import { deterministicId } from '@fieldfare/kernel';
import { choice, date, number, text } from './cells.ts';
import { type Field, type Kind, valueAt } from './kind.ts';
import { referenceKey } from './lookup.ts';
import { regionField } from './references.ts';
import { rowsOf } from './rows.ts';

const RISK: Readonly<Record<(typeof RISKS)[number], readonly string[]>> = {
  low: ['faible', 'bas', '1'],
  moderate: ['medium', 'modéré', 'moyen', '2'],
  high: ['élevé', 'haut', '3'],
};
const STATUS: Readonly<Record<(typeof PATIENT_STATUSES)[number], readonly string[]>> = {
  active: ['actif', 'active', 'open', 'admitted'],
  'on-hold': ['on hold', 'hold', 'suspended', 'en attente', 'suspendu', 'hospital'],
  discharged: ['closed', 'inactive', 'congé', 'fermé', 'deceased', 'décédé'],
};

const FIELDS: readonly Field[] = [
  {
    key: 'reference',
    label: 'Patient number',
    labelFr: 'Numéro du patient',
    required: true,
    synonyms: [
      'reference',
      'patient id',
      'client id',
      'client number',
      'patient reference',
      'id',
      'référence',
      'no client',
      'numéro de client',
      'mrn',
      'brn',
    ],
    format: 'your own number for the person, up to 40 characters',
    example: 'P-00001',
    read: text(40),
  },
  {
    key: 'givenName',
    label: 'Given name',
    labelFr: 'Prénom',
    required: true,
    synonyms: ['first name', 'given names', 'firstname', 'prenom'],
    format: 'up to 80 characters',
    example: 'Marcel',
    read: text(80),
  },
  {
    key: 'familyName',
    label: 'Family name',
    labelFr: 'Nom de famille',
    required: true,
    synonyms: ['last name', 'surname', 'lastname', 'nom'],
    format: 'up to 80 characters',
    example: 'Pinson',
    read: text(80),
  },
  {
    key: 'birthDate',
    label: 'Date of birth',
    labelFr: 'Date de naissance',
    required: false,
    synonyms: ['birth date', 'birthdate', 'dob', 'born', 'né le', 'naissance', 'ddn'],
    format: 'YYYY-MM-DD',
    example: '1941-03-27',
    read: date,
  },
  {
    key: 'phone',
    label: 'Phone',
    labelFr: 'Téléphone',
    required: false,
    synonyms: ['telephone', 'mobile', 'phone number', 'tél'],
    format: 'up to 40 characters',
    example: '613-555-0102',
    read: text(40),
  },
  {
    key: 'address',
    label: 'Address',
    labelFr: 'Adresse',
    required: false,
    synonyms: ['street', 'street address', 'home address', 'rue'],
    format: 'up to 200 characters',
    example: '12 Mill Street',
    read: text(200),
  },
  {
    key: 'municipality',
    label: 'Municipality',
    labelFr: 'Municipalité',
    required: false,
    synonyms: ['city', 'town', 'ville', 'village'],
    format: 'up to 80 characters',
    example: 'Almonte',
    read: text(80),
  },
  {
    key: 'lat',
    label: 'Latitude',
    labelFr: 'Latitude',
    required: true,
    synonyms: ['lat', 'y'],
    format: 'degrees north',
    example: '45.2256',
    read: number(-90, 90),
  },
  {
    key: 'lng',
    label: 'Longitude',
    labelFr: 'Longitude',
    required: true,
    synonyms: ['lng', 'lon', 'long', 'x'],
    format: 'degrees east (negative in Canada)',
    example: '-76.1936',
    read: number(-180, 180),
  },
  {
    key: 'risk',
    label: 'Risk',
    labelFr: 'Risque',
    required: false,
    synonyms: ['risk level', 'acuity', 'niveau de risque'],
    format: 'low, moderate or high; moderate when left out',
    example: 'moderate',
    read: choice(RISK),
  },
  {
    key: 'status',
    label: 'Status',
    labelFr: 'Statut',
    required: false,
    synonyms: ['state', 'état'],
    format: 'active, on-hold or discharged; active when left out',
    example: 'active',
    read: choice(STATUS),
  },
  {
    key: 'notes',
    label: 'Notes',
    labelFr: 'Notes',
    required: false,
    synonyms: ['note', 'comments', 'remarks', 'remarques', 'commentaires'],
    format: 'up to 4,000 characters',
    example: 'Key box at the side door',
    read: text(4000),
  },
  regionField,
];

export const patientsKind: Kind<Patient> = {
  name: 'patients',
  fields: FIELDS,
  identity: (values) => referenceKey(valueAt<string>(values, 'reference') ?? ''),
  repeated: () => 'duplicate',
  build(values, lookup) {
    const { region, today } = lookup.context;
    const reference = valueAt<string>(values, 'reference') ?? '';
    const existing = lookup.patientsByReference.get(referenceKey(reference));
    const birthDate = valueAt<string>(values, 'birthDate') ?? null;
    if (birthDate !== null && birthDate > today) {
      return [{ field: 'birthDate', rule: 'IMP-VALUE', message: 'lies in the future' }];
    }
    const row: Patient = {
      id: existing?.id ?? deterministicId('patient', region.id, referenceKey(reference)),
      regionId: region.id,
      reference: existing?.reference ?? reference,
      givenName: valueAt<string>(values, 'givenName') ?? '',
      familyName: valueAt<string>(values, 'familyName') ?? '',
      birthDate,
      phone: valueAt<string>(values, 'phone') ?? '',
      address: valueAt<string>(values, 'address') ?? '',
      municipality: valueAt<string>(values, 'municipality') ?? '',
      lat: valueAt<number>(values, 'lat') ?? 0,
      lng: valueAt<number>(values, 'lng') ?? 0,
      risk: valueAt<Patient['risk']>(values, 'risk') ?? 'moderate',
      status: valueAt<Patient['status']>(values, 'status') ?? 'active',
      notes: valueAt<string>(values, 'notes') ?? '',
    };
    return { row, given: [...values.keys()].filter((key) => key !== 'reference' && key !== 'region') };
  },
  ...rowsOf(patients),
  fieldOf: {},
  write: (row, lookup) => ({ birthDate: row.birthDate ?? '', region: lookup.context.region.name }),
};
