/** Single visits on given days: extra visits, or a week planned in another system. They arrive unassigned. */
import { type Patient, type ServiceType, type Visit, visits } from '@fieldfare/domain/tables';
import { deterministicId, isId, minuteOfDay, timeOfMinute, weekOfDate } from '@fieldfare/kernel';
import { bad, type Cell, date, good, text, time, whole } from './cells.ts';
import { type Fault, type Field, type Kind, valueAt } from './kind.ts';
import { referenceKey } from './lookup.ts';
import { orderField, patientField, priorityField, providerField, serviceField } from './references.ts';
import { rowsOf } from './rows.ts';
import { clock, readWeeklyTimes } from './weekly-times.ts';

interface Window {
  readonly from: string;
  readonly to: string;
}

function window(cell: string): Cell<Window> {
  const [only, ...rest] = readWeeklyTimes(cell) ?? [];
  return only && rest.length === 0 && !only.daysGiven && only.from <= only.to && only.to < 1440
    ? good({ from: clock(only.from), to: clock(only.to) })
    : bad('earliest and latest start such as 08:00-10:00');
}

const FIELDS: readonly Field[] = [
  patientField,
  serviceField,
  {
    key: 'date',
    label: 'Date',
    labelFr: 'Date',
    required: true,
    synonyms: ['day', 'visit date', 'jour', 'date de visite'],
    format: 'YYYY-MM-DD',
    example: '2026-11-18',
    read: date,
  },
  {
    key: 'start',
    label: 'Start',
    labelFr: 'Début',
    required: false,
    synonyms: ['start time', 'time', 'heure', 'heure de début'],
    format: 'HH:MM, 24 hours; open when left out',
    example: '09:00',
    read: time,
  },
  {
    key: 'minutes',
    label: 'Minutes',
    labelFr: 'Durée (minutes)',
    required: false,
    synonyms: ['duration', 'length', 'durée', 'min'],
    format: 'a whole number from 5 to 720; the usual length of the service when left out',
    example: '45',
    read: whole(5, 720),
  },
  {
    key: 'window',
    label: 'Window',
    labelFr: 'Plage horaire',
    required: false,
    synonyms: ['start window', 'time window', 'plage'],
    format:
      'earliest and latest start such as 08:00-10:00; half an hour around the start, or 08:00-18:00, when left out',
    example: '08:30-09:30',
    read: window,
  },
  providerField,
  priorityField,
  {
    key: 'note',
    label: 'Note',
    labelFr: 'Note',
    required: false,
    synonyms: ['notes', 'comment', 'instructions', 'remarque', 'commentaire'],
    format: 'up to 2,000 characters',
    example: '',
    read: text(2000),
  },
  orderField,
];

const around = (start: string): Window => ({
  from: timeOfMinute(Math.max(0, minuteOfDay(start) - 30)),
  to: timeOfMinute(Math.min(1439, minuteOfDay(start) + 30)),
});

export const visitsKind: Kind<Visit> = {
  name: 'visits',
  fields: FIELDS,
  identity(values) {
    const reference = valueAt<string>(values, 'reference');
    if (reference !== undefined) return `reference/${referenceKey(reference)}`;
    const patient = valueAt<Patient>(values, 'patient')?.id;
    return `${patient}/${valueAt<ServiceType>(values, 'service')?.code}/${valueAt<string>(values, 'date')}`;
  },
  repeated: (values) => (values.has('reference') ? 'duplicate' : 'ordinal'),
  build(values, lookup, nth) {
    const { region } = lookup.context;
    const patient = valueAt<Patient>(values, 'patient');
    const service = valueAt<ServiceType>(values, 'service');
    const day = valueAt<string>(values, 'date');
    if (!patient || !service || day === undefined) return [];
    const start = valueAt<string>(values, 'start') ?? null;
    const range =
      valueAt<Window>(values, 'window') ?? (start === null ? { from: '08:00', to: '18:00' } : around(start));
    const faults: Fault[] = [];
    if (start !== null && (start < range.from || range.to < start)) {
      faults.push({ field: 'start', rule: 'IMP-WINDOW', message: 'lies outside the window' });
    }
    if (patient.status !== 'active') {
      faults.push({ field: 'patient', rule: 'IMP-PATIENT', message: 'this patient is on hold or discharged' });
    }
    if (faults.length > 0) return faults;
    const reference = valueAt<string>(values, 'reference');
    // The week is part of the id: a visit lives in its week's document and cannot leave it.
    const key =
      reference === undefined
        ? [referenceKey(patient.reference), service.code, day, nth]
        : [weekOfDate(day), 'reference', referenceKey(reference)];
    const row: Visit = {
      id:
        reference !== undefined && isId(reference) ? reference : deterministicId('visit', 'import', region.id, ...key),
      regionId: region.id,
      week: weekOfDate(day),
      patientId: patient.id,
      requirementId: null,
      serviceCode: service.code,
      date: day,
      start,
      minutes: valueAt<number>(values, 'minutes') ?? service.defaultMinutes,
      windowFrom: range.from,
      windowTo: range.to,
      providerPreference: valueAt<Visit['providerPreference']>(values, 'providerPreference') ?? 'any',
      priority: valueAt<Visit['priority']>(values, 'priority') ?? 'routine',
      note: valueAt<string>(values, 'note') ?? '',
      cancelledAt: null,
    };
    const plain = [...values.keys()].filter((field) => !['reference', 'patient', 'service', 'window'].includes(field));
    const windowed = values.has('window') || values.has('start') ? ['windowFrom', 'windowTo'] : [];
    return { row, given: ['patientId', 'serviceCode', ...plain, ...windowed] };
  },
  ...rowsOf(visits),
  fieldOf: { patientId: 'patient', serviceCode: 'service', windowFrom: 'window', windowTo: 'window' },
  write: (row, lookup) => ({
    patient: lookup.patientReferences.get(row.patientId) ?? '',
    service: row.serviceCode,
    date: row.date ?? '',
    start: row.start ?? '',
    window: `${row.windowFrom}-${row.windowTo}`,
    reference: row.id,
  }),
};
