/** Requirements: what a patient needs every week. */
import {
  type CONTINUITIES,
  type Pairing,
  type Patient,
  type Requirement,
  requirements,
  type ServiceType,
  type Staff,
  type StartWindow,
} from '@fieldfare/domain/tables';
import { deterministicId, isId } from '@fieldfare/kernel';
import { bad, choice, date, good, whole, words } from './cells.ts';
import { type Fault, type Field, type Kind, valueAt } from './kind.ts';
import { referenceKey } from './lookup.ts';
import { PAIRING_FORMAT, readPairing, writePairing } from './pairing.ts';
import {
  orderField,
  patientField,
  priorityField,
  providerField,
  serviceField,
  startWindows,
  WINDOWS_FORMAT,
  writeWindows,
} from './references.ts';
import { rowsOf } from './rows.ts';

const CONTINUITY: Readonly<Record<(typeof CONTINUITIES)[number], readonly string[]>> = {
  low: ['basse', 'faible'],
  usual: ['normal', 'habituelle'],
  high: ['haute', 'élevée'],
};

const FIELDS: readonly Field[] = [
  patientField,
  serviceField,
  {
    key: 'visitsPerWeek',
    label: 'Visits per week',
    labelFr: 'Visites par semaine',
    required: true,
    synonyms: ['frequency', 'visits', 'times per week', 'fréquence', 'visites', 'per week'],
    format: 'a whole number from 1 to 42',
    example: '3',
    read: whole(1, 42),
  },
  {
    key: 'everyWeeks',
    label: 'Every … weeks',
    labelFr: 'Toutes les … semaines',
    required: false,
    synonyms: ['every weeks', 'every n weeks', 'weeks between', 'interval weeks', 'semaines', 'toutes les n semaines'],
    format: 'a whole number from 1 to 8: 2 for every second week, counted from the start; 1 when left out',
    example: '1',
    read: whole(1, 8),
  },
  {
    key: 'minutes',
    label: 'Minutes',
    labelFr: 'Durée (minutes)',
    required: false,
    synonyms: ['duration', 'length', 'visit length', 'durée', 'min'],
    format: 'a whole number from 5 to 720; the usual length of the service when left out',
    example: '45',
    read: whole(5, 720),
  },
  {
    key: 'windows',
    label: 'Windows',
    labelFr: 'Plages horaires',
    required: true,
    synonyms: ['window', 'time window', 'start window', 'times', 'plage', 'plage horaire', 'heures'],
    format: `${WINDOWS_FORMAT}; without days: any day`,
    example: 'Mon,Wed,Fri 08:00-10:00',
    read: startWindows,
  },
  providerField,
  priorityField,
  {
    key: 'preferredStaff',
    label: 'Preferred carer',
    labelFr: 'Intervenant préféré',
    required: false,
    synonyms: ['preferred staff', 'primary carer', 'usual carer', 'preferred worker', 'intervenant', 'employé préféré'],
    format: 'the staff number of someone in this region',
    example: '',
    read: (cell, lookup) => {
      const person = lookup.staffByReference.get(referenceKey(cell));
      return person ? good(person) : bad('the staff number of someone who is already in this region');
    },
  },
  {
    key: 'startsOn',
    label: 'Starts on',
    labelFr: 'Débute le',
    required: false,
    synonyms: ['start date', 'starts', 'from', 'début', 'date de début'],
    format: 'YYYY-MM-DD; today when left out',
    example: '',
    read: date,
  },
  {
    key: 'endsOn',
    label: 'Ends on',
    labelFr: 'Se termine le',
    required: false,
    synonyms: ['end date', 'ends', 'until', 'fin', 'date de fin'],
    format: 'YYYY-MM-DD; open-ended when left out',
    example: '',
    read: date,
  },
  {
    key: 'skills',
    label: 'Skills needed',
    labelFr: 'Compétences requises',
    required: false,
    synonyms: ['required skills', 'skill needed', 'skills required', 'language', 'competences requises'],
    format: 'words of your own such as "palliative, ostomy" or language codes, up to 20',
    example: 'fr',
    read: words(20),
  },
  {
    key: 'carers',
    label: 'Carers',
    labelFr: 'Intervenants requis',
    required: false,
    synonyms: ['number of carers', 'carers needed', 'double-up', 'nombre d’intervenants', 'deux intervenants'],
    format: PAIRING_FORMAT,
    example: '1',
    read: readPairing,
  },
  {
    key: 'continuity',
    label: 'Same carers matter',
    labelFr: 'Importance de la continuité',
    required: false,
    synonyms: ['continuity', 'continuity importance', 'continuité'],
    format: 'low, usual or high; usual when left out',
    example: 'usual',
    read: choice(CONTINUITY),
  },
  orderField,
];

const ROW_FIELD: Readonly<Record<string, string>> = { preferredStaff: 'preferredStaffId', carers: 'pairing' };

export const requirementsKind: Kind<Requirement> = {
  name: 'requirements',
  fields: FIELDS,
  identity(values) {
    const reference = valueAt<string>(values, 'reference');
    if (reference !== undefined) return `reference/${referenceKey(reference)}`;
    return `${valueAt<Patient>(values, 'patient')?.id}/${valueAt<ServiceType>(values, 'service')?.code}`;
  },
  repeated: (values) => (values.has('reference') ? 'duplicate' : 'ordinal'),
  build(values, lookup, nth) {
    const { region, today } = lookup.context;
    const patient = valueAt<Patient>(values, 'patient');
    const service = valueAt<ServiceType>(values, 'service');
    if (!patient || !service) return [];
    const preferred = valueAt<Staff>(values, 'preferredStaff');
    const startsOn = valueAt<string>(values, 'startsOn') ?? today;
    const endsOn = valueAt<string>(values, 'endsOn') ?? null;
    const faults: Fault[] = [];
    if (endsOn !== null && endsOn < startsOn) {
      faults.push({ field: 'endsOn', rule: 'IMP-DATES', message: 'lies before the start date' });
    }
    if (preferred && !service.roles.includes(preferred.role)) {
      faults.push({
        field: 'preferredStaff',
        rule: 'IMP-ROLE',
        message: 'this person’s role does not deliver the service',
      });
    }
    if (faults.length > 0) return faults;
    const row: Requirement = {
      id: requirementId(region.id, patient, service, valueAt<string>(values, 'reference'), nth),
      regionId: region.id,
      patientId: patient.id,
      serviceCode: service.code,
      visitsPerWeek: valueAt<number>(values, 'visitsPerWeek') ?? 1,
      everyWeeks: valueAt<number>(values, 'everyWeeks') ?? null,
      minutes: valueAt<number>(values, 'minutes') ?? service.defaultMinutes,
      windows: valueAt<StartWindow[]>(values, 'windows') ?? [],
      providerPreference: valueAt<Requirement['providerPreference']>(values, 'providerPreference') ?? 'any',
      priority: valueAt<Requirement['priority']>(values, 'priority') ?? 'routine',
      preferredStaffId: preferred?.id ?? null,
      startsOn,
      endsOn,
      skills: valueAt<string[]>(values, 'skills') ?? null,
      pairing: valueAt<Pairing | null>(values, 'carers') ?? null,
      continuity: valueAt<Requirement['continuity']>(values, 'continuity') ?? null,
    };
    const given = [...values.keys()].filter((key) => !['reference', 'patient', 'service'].includes(key));
    return { row, given: ['patientId', 'serviceCode', ...given.map((key) => ROW_FIELD[key] ?? key)] };
  },
  ...rowsOf(requirements),
  fieldOf: { patientId: 'patient', serviceCode: 'service', preferredStaffId: 'preferredStaff', pairing: 'carers' },
  write: (row, lookup) => ({
    patient: lookup.patientReferences.get(row.patientId) ?? '',
    service: row.serviceCode,
    everyWeeks: row.everyWeeks ?? '',
    windows: writeWindows(row.windows),
    preferredStaff: (row.preferredStaffId && lookup.staffReferences.get(row.preferredStaffId)) ?? '',
    endsOn: row.endsOn ?? '',
    skills: (row.skills ?? []).join(', '),
    continuity: row.continuity ?? '',
    carers: writePairing(row.pairing ?? null),
    reference: row.id,
  }),
};

function requirementId(
  regionId: string,
  patient: Patient,
  service: ServiceType,
  reference: string | undefined,
  nth: number,
): string {
  if (reference === undefined) {
    return deterministicId('requirement', regionId, referenceKey(patient.reference), service.code, nth);
  }
  return isId(reference) ? reference : deterministicId('requirement', regionId, 'reference', referenceKey(reference));
}
