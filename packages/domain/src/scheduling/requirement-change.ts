/**
 * What a patient needs, entered and changed by a person: what it would do to the weeks ahead, then the same thing done.
 *
 *  REQ-KNOWN    only a requirement of this patient is changed, and only one that has not ended
 *  REQ-SERVICE  the service is one of the organisation's
 *  REQ-WINDOW   a window ends no earlier than it begins
 *  REQ-PAIR     of two carers the second comes between a least and a most
 *  REQ-CARER    the preferred carer works in the region and may deliver the service
 *  REQ-DATES    it holds from today or later, and ends no earlier than it begins
 *  REQ-WHO      who comes (preferred carer, skills, continuity) changes for all visits at once; all else from a day on: what
 *               stood until then ends the day before, and visits follow as demand.ts says
 *  REQ-STALE    what is saved is what was shown
 */
import {
  fail,
  type LocalDate,
  newId,
  type Problem,
  patientsShard,
  problem,
  type RowChange,
  stableHash,
  unwrap,
  updateRow,
} from '@fieldfare/kernel';
import { sameValue } from '../collections.ts';
import { knownPatient, type PatientTarget, todayIn } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { type DemandChange, demandRows, effectByWeek, type WeekEffect } from './demand.ts';
import { changeOfDemand, currentDemand } from './demand-query.ts';
import { type Requirement, requirements } from './tables.ts';

export type RequirementFields = Omit<Requirement, 'id' | 'regionId' | 'patientId' | 'startsOn'>;

export interface RequirementInput extends PatientTarget {
  /** Null: another one. */
  readonly requirementId: string | null;
  /** First day on which it holds as given. */
  readonly from: LocalDate;
  /** Null: nothing any more. */
  readonly set: RequirementFields | null;
}

/** `REQ-WHO` */
const WHO = ['preferredStaffId', 'skills', 'continuity'] as const satisfies readonly (keyof RequirementFields)[];

async function problemsOf(ctx: Context, { regionId, from, set }: RequirementInput): Promise<readonly Problem[]> {
  const { db } = ctx.store;
  const found: Problem[] = [];
  const wrong = (rule: string, message: string, ...path: (string | number)[]): void => {
    found.push(problem('invalid', message, { rule, path }));
  };
  if (from < (await todayIn(ctx, regionId))) wrong('REQ-DATES', 'begins today or later', 'from');
  if (set === null) return found;
  const service = await db
    .selectFrom('serviceTypes')
    .select('roles')
    .where('code', '=', set.serviceCode)
    .where('deletedAt', 'is', null)
    .executeTakeFirst();
  if (!service) wrong('REQ-SERVICE', 'no such service', 'set', 'serviceCode');
  for (const [index, window] of set.windows.entries()) {
    if (window.to < window.from) wrong('REQ-WINDOW', 'ends before it begins', 'set', 'windows', index);
  }
  if (set.pairing?.kind === 'after' && set.pairing.mostMinutes < set.pairing.leastMinutes) {
    wrong('REQ-PAIR', 'the longest gap is shorter than the shortest', 'set', 'pairing');
  }
  if (set.endsOn !== null && set.endsOn < from) wrong('REQ-DATES', 'ends before it begins', 'set', 'endsOn');
  if (set.preferredStaffId !== null) {
    const carer = await db
      .selectFrom('staff')
      .select('role')
      .where('id', '=', set.preferredStaffId)
      .where('regionId', '=', regionId)
      .where('deletedAt', 'is', null)
      .executeTakeFirst();
    if (!carer || !service?.roles.includes(carer.role)) {
      wrong('REQ-CARER', 'nobody here who may deliver the service', 'set', 'preferredStaffId');
    }
  }
  return found;
}

interface Prepared {
  /** The row as it stands; null: another one. */
  readonly row: Requirement | null;
  /** Null: only who comes changes. */
  readonly change: DemandChange | null;
  readonly token: string;
}

const sameIn = (fields: readonly string[], a: object, b: object): boolean =>
  fields.every((field) =>
    sameValue((a as Record<string, unknown>)[field] ?? null, (b as Record<string, unknown>)[field] ?? null),
  );

/** `id`: of the row that begins. Not derived from what it asks for: asked for again after an undo, it is another. */
async function prepare(ctx: Context, input: RequirementInput, id: string): Promise<Prepared> {
  const { regionId, patientId, requirementId, from, set } = input;
  const current = await currentDemand(ctx, input);
  unwrap(await knownPatient(ctx, input));
  const row = current.find(({ id }) => id === requirementId) ?? null;
  if (requirementId !== null && row === null) {
    unwrap(fail(problem('not-found', 'this need has ended or is not the patient’s', { rule: 'REQ-KNOWN' })));
  }
  const [first, ...rest] = await problemsOf(ctx, input);
  if (first) unwrap(fail(first, ...rest));
  const others = Object.keys(set ?? {}).filter((field) => !(WHO as readonly string[]).includes(field));
  if (row && set && sameIn(others, row, set)) return { row, change: null, token: '' };
  const wanted: Requirement[] = set ? [{ ...set, id, regionId, patientId, startsOn: from }] : [];
  const beside = current.filter(({ id }) => id !== requirementId).map(({ id }) => id);
  const change = await changeOfDemand(ctx, { regionId, patientId, from, wanted, beside, inFull: true });
  const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id).sort();
  const token = stableHash(...[change.ends, change.begins, change.cancelled, change.planned].map(ids));
  return { row, change, token };
}

export interface RequirementEffect {
  /** Of the row that would begin. */
  readonly id: string;
  /** Names what would be done: saving asks for it. */
  readonly token: string;
  readonly weeks: readonly WeekEffect[];
}

/** What saving would do to the weeks ahead. Changes nothing. */
export async function requirementEffect(ctx: Context, input: RequirementInput): Promise<RequirementEffect> {
  const id = newId(ctx.clock, ctx.random);
  const { change, token } = await prepare(ctx, input, id);
  return { id, token, weeks: change ? effectByWeek(change) : [] };
}

export async function saveRequirement(
  ctx: Context,
  input: RequirementInput & Pick<RequirementEffect, 'id' | 'token'>,
): Promise<void> {
  const { row, change, token } = await prepare(ctx, input, input.id);
  const taken = ctx.row(patientsShard(input.regionId), requirements.name, input.id) !== null;
  if (token !== input.token || taken) {
    unwrap(fail(problem('conflict', 'the weeks ahead have changed since you looked', { rule: 'REQ-STALE' })));
  }
  const at = new Date(ctx.clock.now()).toISOString();
  const changes = change ? demandRows(change, input.from, at) : whoChanges(row, input.set);
  const label = input.set === null ? 'End need' : row === null ? 'Add need' : 'Change need';
  if (changes.length > 0) unwrap(await ctx.write(changes, { label }));
}

/** `REQ-WHO` */
function whoChanges(row: Requirement | null, set: RequirementFields | null): RowChange[] {
  if (row === null || set === null) return [];
  const differing = WHO.filter((field) => !sameValue(row[field] ?? null, set[field] ?? null));
  const fields = Object.fromEntries(differing.map((field) => [field, set[field] ?? null]));
  return differing.length > 0 ? [updateRow(requirements, row, fields as Partial<Requirement>)] : [];
}
