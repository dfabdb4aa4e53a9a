import { defineTable, type Row } from '@fieldfare/kernel';
import { z } from 'zod';
import { inPatientRecord, inPatients } from '../shards.ts';

export const RISKS = ['low', 'moderate', 'high'] as const;
export const PATIENT_STATUSES = ['active', 'on-hold', 'discharged'] as const;

export const patients = defineTable({
  name: 'patients',
  about: 'a person who receives care at home',
  version: 1,
  ...inPatients,
  columns: {
    regionId: z.uuid(),
    /** The organisation's own number for the person; unique by import, never by constraint. */
    reference: z.string().min(1).max(40),
    givenName: z.string().min(1).max(80),
    familyName: z.string().min(1).max(80),
    birthDate: z.iso.date().nullable(),
    phone: z.string().max(40),
    address: z.string().max(200),
    municipality: z.string().max(80),
    lat: z.number().min(-90).max(90),
    lng: z.number().min(-180).max(180),
    risk: z.enum(RISKS),
    status: z.enum(PATIENT_STATUSES),
    notes: z.string().max(4000),
  },
  phi: ['reference', 'givenName', 'familyName', 'birthDate', 'phone', 'address', 'municipality', 'lat', 'lng', 'notes'],
  indexes: [['regionId', 'familyName'], ['reference']],
});
export type Patient = Row<typeof patients>;

export const STAY_SOURCES = ['entry', 'replan'] as const;

/** Id: deterministic of patient and admission, so that two people who enter it offline write one row. */
export const hospitalStays = defineTable({
  name: 'hospital_stays',
  about: 'a stay of a patient in hospital',
  version: 1,
  ...inPatientRecord,
  columns: {
    regionId: z.uuid(),
    patientId: z.uuid(),
    admittedOn: z.iso.date(),
    /** Null: still there, or not known. */
    dischargedOn: z.iso.date().nullable(),
    source: z.enum(STAY_SOURCES),
    recordedAt: z.iso.datetime(),
    recordedBy: z.uuid(),
  },
  phi: ['admittedOn', 'dischargedOn'],
  indexes: [['patientId']],
});
export type HospitalStay = Row<typeof hospitalStays>;
