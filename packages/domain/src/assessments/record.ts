/** A patient's clinical record as screens show it, and the region's list of who is due. Reads only. */
import type { PatientNeedsProfile } from '@fieldfare/engine-bundles';
import {
  can,
  dateAt,
  fail,
  type LocalDate,
  orgShard,
  patientShard,
  patientsShard,
  problem,
  unwrap,
} from '@fieldfare/kernel';
import { topicOf } from '@fieldfare/store';
import { userNames } from '../identity/index.ts';
import { type HospitalStay, type Patient, type PatientTarget, patients, staysOf } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { type AssessmentResults, assess } from './assess.ts';
import type { Instrument } from './items/form.ts';
import { formOf } from './items/forms.ts';
import { packsInForce } from './packs/in-force.ts';
import type { PackInForce, RuleBook } from './packs/pack.ts';
import { PACK_TOPICS } from './packs/view.ts';
import { compareProfiles, type ProfileChange } from './profile/compare.ts';
import { needsProfile, readingsOf } from './profile/profile.ts';
import { standingOf } from './rules.ts';
import {
  type Answer,
  type Assessment,
  type AssessmentDraft,
  assessmentDrafts,
  assessments,
  type PatientContext,
  patientContexts,
} from './tables.ts';

export interface AssessmentSummary {
  readonly id: string;
  readonly instrument: Instrument;
  readonly formVersion: string;
  readonly assessedOn: LocalDate;
  readonly completedAt: string;
  readonly completedByName: string;
  readonly source: Assessment['source'];
  readonly answered: number;
  /** Items of the form; null for a version that this build has no map for. */
  readonly items: number | null;
  readonly supersedes: string | null;
  readonly supersededBy: string | null;
  readonly reason: string;
}

/** Which assessments speak in a profile, and since when it is as it is. */
export interface ProfileView {
  readonly profile: PatientNeedsProfile;
  readonly used: readonly Pick<Assessment, 'id' | 'instrument' | 'formVersion' | 'assessedOn'>[];
  /** Against the profile without the most recent assessment; null when that is the first. */
  readonly comparison: { readonly assessedOn: LocalDate; readonly changes: readonly ProfileChange[] } | null;
}

export interface PatientRecord {
  readonly patient: Patient;
  /** Today in the region. */
  readonly today: LocalDate;
  /** Whether the caller may write in the record, */
  readonly writable: boolean;
  /** and change who the patient is. */
  readonly patientWritable: boolean;
  /** Most recent first, superseded ones too. */
  readonly assessments: readonly AssessmentSummary[];
  /** The caller's own. */
  readonly drafts: readonly AssessmentDraft[];
  readonly dueOn: LocalDate | null;
  readonly context: Pick<PatientContext, 'internet' | 'techReadiness' | 'rurality'>;
  readonly needs: ProfileView;
  /** In hospital, most recent first. */
  readonly stays: readonly HospitalStay[];
  /** Packs whose rules speak, for what a screen computes itself. */
  readonly packs: readonly PackInForce[];
}

interface Rows {
  readonly patient: Patient;
  readonly today: LocalDate;
  readonly all: readonly Assessment[];
  readonly drafts: readonly AssessmentDraft[];
  readonly context: PatientContext | null;
  readonly dueOn: LocalDate | null;
  readonly packs: readonly PackInForce[];
  readonly book: RuleBook;
}

export const recordShards = ({ regionId, patientId }: PatientTarget): readonly string[] => [
  orgShard,
  patientsShard(regionId),
  patientShard(regionId, patientId),
];

const recordedAssessments = (ctx: Context, patientId: string): Promise<Assessment[]> =>
  ctx.store.db
    .selectFrom('assessments')
    .select(columnsOf(assessments))
    .where('patientId', '=', patientId)
    .where('deletedAt', 'is', null)
    .execute();

/** Those that nothing supersedes, most recent first. */
export async function standingAssessments(ctx: Context, target: PatientTarget): Promise<readonly Assessment[]> {
  unwrap(await ctx.ready(recordShards(target)));
  return standingOf(await recordedAssessments(ctx, target.patientId));
}

async function readRows(ctx: Context, { regionId, patientId }: PatientTarget): Promise<Rows> {
  const { db } = ctx.store;
  const [region, patient, all, drafts, context, due, { packs, book }] = await Promise.all([
    db.selectFrom('regions').select('zone').where('id', '=', regionId).executeTakeFirst(),
    db
      .selectFrom('patients')
      .select(columnsOf(patients))
      .where('id', '=', patientId)
      .where('regionId', '=', regionId)
      .where('deletedAt', 'is', null)
      .executeTakeFirst(),
    recordedAssessments(ctx, patientId),
    db
      .selectFrom('assessmentDrafts')
      .select(columnsOf(assessmentDrafts))
      .where('patientId', '=', patientId)
      .where('authorId', '=', ctx.principal.userId)
      .where('deletedAt', 'is', null)
      .orderBy('id')
      .execute(),
    db
      .selectFrom('patientContexts')
      .select(columnsOf(patientContexts))
      .where('patientId', '=', patientId)
      .where('deletedAt', 'is', null)
      .executeTakeFirst(),
    db
      .selectFrom('reassessments')
      .select(({ fn }) => fn.max('dueOn').as('dueOn'))
      .where('patientId', '=', patientId)
      .where('deletedAt', 'is', null)
      .executeTakeFirst(),
    packsInForce(ctx),
  ]);
  if (!region || !patient) {
    return unwrap(fail(problem('not-found', 'no such patient in this region', { rule: 'PAT-KNOWN' })));
  }
  return {
    patient,
    today: dateAt(ctx.clock.now(), region.zone),
    all,
    drafts,
    context: context ?? null,
    dueOn: due?.dueOn ?? null,
    packs,
    book,
  };
}

function profileView({ patient, today, all, context, book }: Omit<Rows, 'drafts' | 'dueOn' | 'packs'>): ProfileView {
  const standing = standingOf(all);
  const about = { context, birthDate: patient.birthDate, on: today, book };
  const profile = needsProfile({ standing, ...about });
  const [newest, ...earlier] = standing;
  const before = earlier[0];
  return {
    profile,
    used: readingsOf(standing).map(({ id, instrument, formVersion, assessedOn }) => ({
      id,
      instrument,
      formVersion,
      assessedOn,
    })),
    comparison:
      newest && before
        ? {
            assessedOn: before.assessedOn,
            changes: compareProfiles(needsProfile({ standing: earlier, ...about }), profile),
          }
        : null,
  };
}

function summaries(all: readonly Assessment[], names: ReadonlyMap<string, string>): readonly AssessmentSummary[] {
  const supersededBy = new Map(all.flatMap(({ id, supersedes }) => (supersedes === null ? [] : [[supersedes, id]])));
  const key = (row: Assessment): string => `${row.assessedOn} ${row.completedAt} ${row.id}`;
  return all
    .toSorted((a, b) => (key(a) < key(b) ? 1 : -1))
    .map(({ answers, completedBy, patientId: _patient, regionId: _region, ...row }) => ({
      ...row,
      completedByName: names.get(completedBy) ?? '',
      answered: answers.length,
      items: formOf(row.instrument, row.formVersion)?.items.length ?? null,
      supersededBy: supersededBy.get(row.id) ?? null,
    }));
}

const may = (ctx: Context, action: 'clinical.write' | 'patients.write', regionId: string): boolean =>
  can(ctx.principal, action, { tenantId: ctx.principal.tenantId, regionId }).ok;

async function readRecord(ctx: Context, target: PatientTarget): Promise<PatientRecord> {
  const [rows, names, stays] = await Promise.all([
    readRows(ctx, target),
    userNames(ctx.store),
    staysOf(ctx, target.patientId),
  ]);
  const { patient, today, all, drafts, context, dueOn, packs } = rows;
  return {
    patient,
    today,
    writable: may(ctx, 'clinical.write', target.regionId),
    patientWritable: may(ctx, 'patients.write', target.regionId),
    assessments: summaries(all, names),
    drafts,
    dueOn,
    context: {
      internet: context?.internet ?? null,
      techReadiness: context?.techReadiness ?? null,
      rurality: context?.rurality ?? null,
    },
    needs: profileView(rows),
    stays,
    packs,
  };
}

/** The record now, and after every change of it. */
export async function* recordEvents(
  ctx: Context,
  target: PatientTarget,
  signal: AbortSignal | undefined,
): AsyncGenerator<PatientRecord, void, void> {
  unwrap(await ctx.ready(recordShards(target)));
  const own = patientShard(target.regionId, target.patientId);
  const beside = patientsShard(target.regionId);
  const topics = [
    ...['assessments', 'assessment_drafts', 'patient_contexts', 'hospital_stays'].map((table) => topicOf(table, own)),
    ...['patients', 'reassessments'].map((table) => topicOf(table, beside)),
    ...PACK_TOPICS,
  ];
  yield* ctx.store.live(topics, () => readRecord(ctx, target), signal ?? new AbortController().signal);
}

export async function patientRecord(ctx: Context, target: PatientTarget): Promise<PatientRecord> {
  unwrap(await ctx.ready(recordShards(target)));
  return await readRecord(ctx, target);
}

/** What a patient needs, from everything that stands. */
export async function patientProfile(ctx: Context, target: PatientTarget): Promise<ProfileView> {
  unwrap(await ctx.ready(recordShards(target)));
  return profileView(await readRows(ctx, target));
}

export interface AssessmentView extends AssessmentSummary {
  readonly answers: readonly Answer[];
  /** Null for a version that this build has no map for. */
  readonly results: AssessmentResults | null;
}

/** `ASM-KNOWN`: one assessment with everything computed from it. */
export async function assessmentView(
  ctx: Context,
  target: PatientTarget & { readonly assessmentId: string },
): Promise<AssessmentView> {
  unwrap(await ctx.ready(recordShards(target)));
  const [{ all, book }, names] = await Promise.all([readRows(ctx, target), userNames(ctx.store)]);
  const row = all.find(({ id }) => id === target.assessmentId);
  const summary = summaries(all, names).find(({ id }) => id === target.assessmentId);
  if (!row || !summary) {
    return unwrap(fail(problem('not-found', 'no such assessment of this patient', { rule: 'ASM-KNOWN' })));
  }
  const form = formOf(row.instrument, row.formVersion);
  return {
    ...summary,
    answers: row.answers,
    results: form && assess(form, new Map(row.answers.map(({ code, value }) => [code, value])), book),
  };
}

/** One line of the region's list of patients. */
export interface CaseloadLine {
  readonly patientId: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly reference: string;
  readonly municipality: string;
  readonly risk: Patient['risk'];
  readonly status: Patient['status'];
  readonly assessedOn: LocalDate | null;
  readonly dueOn: LocalDate | null;
}

export interface Caseload {
  readonly today: LocalDate;
  /** Whether the caller may admit patients. */
  readonly writable: boolean;
  readonly lines: readonly CaseloadLine[];
}

/** Every patient of a region by name, with when they were assessed and are due again. Opens nobody's record. */
export async function caseload(ctx: Context, { regionId }: { readonly regionId: string }): Promise<Caseload> {
  unwrap(await ctx.ready([orgShard, patientsShard(regionId)]));
  const { db } = ctx.store;
  const [region, people, dates] = await Promise.all([
    db.selectFrom('regions').select('zone').where('id', '=', regionId).executeTakeFirst(),
    db
      .selectFrom('patients')
      .select(['id as patientId', 'givenName', 'familyName', 'reference', 'municipality', 'risk', 'status'])
      .where('regionId', '=', regionId)
      .where('deletedAt', 'is', null)
      .orderBy('familyName')
      .orderBy('givenName')
      .orderBy('id')
      .execute(),
    db
      .selectFrom('reassessments')
      .select(({ fn }) => ['patientId', fn.max('assessedOn').as('assessedOn'), fn.max('dueOn').as('dueOn')])
      .where('regionId', '=', regionId)
      .where('deletedAt', 'is', null)
      .groupBy('patientId')
      .execute(),
  ]);
  if (!region) return unwrap(fail(problem('not-found', 'no such region', { rule: 'SCH-REGION' })));
  const byPatient = new Map(dates.map((row) => [row.patientId, row]));
  return {
    today: dateAt(ctx.clock.now(), region.zone),
    writable: may(ctx, 'patients.write', regionId),
    lines: people.map((person) => ({
      ...person,
      assessedOn: byPatient.get(person.patientId)?.assessedOn ?? null,
      dueOn: byPatient.get(person.patientId)?.dueOn ?? null,
    })),
  };
}

export async function* caseloadEvents(
  ctx: Context,
  input: { readonly regionId: string },
  signal: AbortSignal | undefined,
): AsyncGenerator<Caseload, void, void> {
  const shard = patientsShard(input.regionId);
  unwrap(await ctx.ready([orgShard, shard]));
  yield* ctx.store.live(
    ['patients', 'reassessments'].map((table) => topicOf(table, shard)),
    () => caseload(ctx, input),
    signal ?? new AbortController().signal,
  );
}
