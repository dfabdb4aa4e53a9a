import { SERVICE_IDS } from '@fieldfare/engine-bundles';
import { defineTable, type Row } from '@fieldfare/kernel';
import { z } from 'zod';
import { PRIORITIES, pairing, startWindow } from '../scheduling/tables.ts';
import { inOrg, inPatientRecord } from '../shards.ts';

const service = z.enum(SERVICE_IDS);

/** What a coordinator chose for a patient, and everything it was chosen from. Never changed afterwards. */
export const careBundles = defineTable({
  name: 'care_bundles',
  about: 'a bundle chosen for a patient, with the profile and the versions it was chosen from',
  version: 1,
  ...inPatientRecord,
  columns: {
    regionId: z.uuid(),
    patientId: z.uuid(),
    axis: z.string().min(1).max(24),
    /** The axis the engine recommended; null where it recommended none. */
    recommended: z.string().max(24).nullable(),
    streamId: z.string().min(1).max(24),
    /** `profileText` of the profile. */
    profile: z.string().min(2).max(120_000),
    matrixVersion: z.string().max(20),
    axesVersion: z.string().max(20),
    ratesVersion: z.string().max(20),
    chosenAt: z.iso.datetime(),
    chosenBy: z.uuid(),
  },
  phi: ['axis', 'recommended', 'streamId', 'profile'],
  indexes: [['patientId']],
});
export type CareBundle = Row<typeof careBundles>;

/** One version of a patient's plan. A draft until `signedAt`; from then on its lines stand as they were signed. */
export const carePlans = defineTable({
  name: 'care_plans',
  about: 'a version of a patient’s care plan',
  version: 1,
  ...inPatientRecord,
  columns: {
    regionId: z.uuid(),
    patientId: z.uuid(),
    bundleId: z.uuid(),
    /** The signed plan it was made to replace. */
    replacesId: z.uuid().nullable(),
    createdAt: z.iso.datetime(),
    createdBy: z.uuid(),
    /** Why this bundle, where something stopped its recommendation. */
    reason: z.string().max(1000),
    /** First day it holds; null until it is signed. */
    startsOn: z.iso.date().nullable(),
    signedAt: z.iso.datetime().nullable(),
    signedBy: z.uuid().nullable(),
    /** Last day it held, when a person ended it. A later plan ends it too, without this. */
    endsOn: z.iso.date().nullable(),
    endedAt: z.iso.datetime().nullable(),
    endReason: z.string().max(1000),
  },
  phi: ['reason', 'endReason'],
  merge: {
    startsOn: 'earliest',
    signedAt: 'earliest',
    signedBy: 'earliest',
    endsOn: 'earliest',
    endedAt: 'earliest',
  },
  indexes: [['patientId']],
});
export type CarePlan = Row<typeof carePlans>;

export const LINE_PROVIDERS = ['own', 'partner', 'any', 'supplier', 'none'] as const;
export const LINE_MODES = ['in-person', 'remote'] as const;

/** One service of one plan. Id: deterministic of plan and service, so two people who adjust it offline write one row. */
export const serviceLines = defineTable({
  name: 'service_lines',
  about: 'how much of one service a care plan asks for each week',
  version: 2,
  ...inPatientRecord,
  columns: {
    regionId: z.uuid(),
    patientId: z.uuid(),
    planId: z.uuid(),
    service,
    /** Hundredths of a unit a week, whole; a line at 0 was taken out. */
    quantityHundredths: z.int().min(0).max(100_000),
    /** Hundredths of a visit a week; null for what nobody visits for. */
    visitsHundredths: z.int().min(0).max(4200).nullable(),
    minutes: z.int().min(5).max(720).nullable(),
    provider: z.enum(LINE_PROVIDERS),
    mode: z.enum(LINE_MODES),
    priority: z.enum(PRIORITIES),
    /** A prescriber's order asks for it. */
    ordered: z.boolean(),
    /** Wanted in the plan's first four weeks only. */
    oneOff: z.boolean(),
    /** When its visits may start; empty for what nobody visits for. */
    windows: z.array(startWindow).max(14),
    /** Why it differs from what was proposed; empty when it does not. */
    reason: z.string().max(1000),
    /** Since version 2: two carers come to each visit; absent: one. */
    pairing: pairing.nullish(),
  },
  phi: ['service', 'reason'],
  indexes: [['patientId'], ['planId']],
});
export type ServiceLineRow = Row<typeof serviceLines>;

/** What a person decided against the engine, as it stood at signing. Id: deterministic of plan, rule and service. */
export const planOverrides = defineTable({
  name: 'plan_overrides',
  about: 'where a signed care plan differs from what was proposed, and why',
  version: 1,
  ...inPatientRecord,
  columns: {
    regionId: z.uuid(),
    patientId: z.uuid(),
    planId: z.uuid(),
    rule: z.string().min(1).max(40),
    /** Null: the bundle as a whole. */
    service: service.nullable(),
    /** Hundredths of a unit a week. */
    proposedHundredths: z.int().min(0).max(100_000).nullable(),
    chosenHundredths: z.int().min(0).max(100_000).nullable(),
    reason: z.string().min(1).max(1000),
    by: z.uuid(),
    at: z.iso.datetime(),
  },
  phi: ['service', 'reason'],
  indexes: [['patientId'], ['planId']],
});
export type PlanOverride = Row<typeof planOverrides>;

export const SETTING_KINDS = ['matrix', 'axes', 'rates'] as const;
export type SettingKind = (typeof SETTING_KINDS)[number];

/** A version of the matrix, the axes or the rates. Never changed: a change is another version. */
export const bundleSettings = defineTable({
  name: 'bundle_settings',
  about: 'a version of the intensity matrix, of the axes or of the rates',
  version: 1,
  ...inOrg,
  columns: {
    kind: z.enum(SETTING_KINDS),
    /** JSON text; `compileConfig` judges it whenever it is read. */
    content: z.string().min(2).max(200_000),
    note: z.string().max(1000),
    adoptedAt: z.iso.datetime(),
    adoptedBy: z.uuid(),
  },
  indexes: [['kind', 'adoptedAt']],
});
export type BundleSetting = Row<typeof bundleSettings>;
