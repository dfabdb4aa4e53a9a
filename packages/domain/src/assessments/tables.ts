import { RURALITIES } from '@fieldfare/engine-bundles';
import { defineTable, type Row } from '@fieldfare/kernel';
import { z } from 'zod';
import { inPatientRecord, inPatients } from '../shards.ts';
import { INSTRUMENTS } from './items/form.ts';

export const ASSESSMENT_SOURCES = ['entry', 'fhir', 'csv'] as const;

/** An answer by item code of the form's version. */
export const answer = z.object({ code: z.string().regex(/^[A-Za-z0-9.]{1,12}$/), value: z.int().min(0).max(9999) });
export type Answer = z.infer<typeof answer>;

const form = {
  instrument: z.enum(INSTRUMENTS),
  formVersion: z.string().min(1).max(16),
  /** The day the person was assessed, local. */
  assessedOn: z.iso.date(),
  answers: z.array(answer).max(1000),
};

/** Written once, whole, and never changed: an amendment is a row of its own that supersedes this one. */
export const assessments = defineTable({
  name: 'assessments',
  about: 'a completed assessment of a patient, or an amendment of one',
  version: 1,
  ...inPatientRecord,
  columns: {
    regionId: z.uuid(),
    patientId: z.uuid(),
    ...form,
    /** The assessment that this one amends. */
    supersedes: z.uuid().nullable(),
    /** Why it was amended. */
    reason: z.string().max(500),
    source: z.enum(ASSESSMENT_SOURCES),
    completedAt: z.iso.datetime(),
    completedBy: z.uuid(),
  },
  phi: ['instrument', 'assessedOn', 'answers', 'reason'],
  indexes: [['patientId']],
});
export type Assessment = Row<typeof assessments>;

/** What one person has entered so far. Everybody has a draft of their own, so that drafts never merge. */
export const assessmentDrafts = defineTable({
  name: 'assessment_drafts',
  about: 'an assessment that somebody is entering',
  version: 1,
  ...inPatientRecord,
  columns: {
    regionId: z.uuid(),
    patientId: z.uuid(),
    authorId: z.uuid(),
    ...form,
    amends: z.uuid().nullable(),
    reason: z.string().max(500),
  },
  phi: ['instrument', 'assessedOn', 'answers', 'reason'],
  indexes: [['patientId']],
});
export type AssessmentDraft = Row<typeof assessmentDrafts>;

/**
 * When somebody is due to be assessed again, beside the patients' own rows: lists read it without opening anybody's
 * record (ADR 6). One for each assessment, written with it.
 */
export const reassessments = defineTable({
  name: 'reassessments',
  about: 'when a patient is due to be assessed again',
  version: 1,
  ...inPatients,
  columns: {
    regionId: z.uuid(),
    patientId: z.uuid(),
    assessmentId: z.uuid(),
    instrument: z.enum(INSTRUMENTS),
    assessedOn: z.iso.date(),
    /** Null: not repeated by the calendar. */
    dueOn: z.iso.date().nullable(),
  },
  phi: ['instrument', 'assessedOn', 'dueOn'],
  indexes: [['regionId'], ['patientId']],
});
export type Reassessment = Row<typeof reassessments>;

/** What no instrument asks and bundles depend on. Null: not known. One row a patient. */
export const patientContexts = defineTable({
  name: 'patient_contexts',
  about: "a patient's connection, ease with technology and kind of place",
  version: 1,
  ...inPatientRecord,
  columns: {
    regionId: z.uuid(),
    patientId: z.uuid(),
    internet: z.boolean().nullable(),
    /** 0 none, 1 with help each time, 2 after instruction, 3 at ease. */
    techReadiness: z.int().min(0).max(3).nullable(),
    rurality: z.enum(RURALITIES).nullable(),
  },
  phi: ['internet', 'techReadiness', 'rurality'],
  indexes: [['patientId']],
});
export type PatientContext = Row<typeof patientContexts>;
