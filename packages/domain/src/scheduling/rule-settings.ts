/**
 * How strictly the organisation holds to each of the engine's rules: validation, drag feedback, suggestions and auto-assign
 * all get it with the week (`compileProblem`).
 *
 *  RLS-LEVEL  a rule can be set only to what it allows: nobody may allow overlaps or a wrong role
 *  RLS-READ   a row that this build does not understand counts as not set
 */
import { LEVELS, RULES, type RuleId, type RuleLevel } from '@fieldfare/engine-scheduling';
import {
  can,
  createRow,
  deterministicId,
  fail,
  ok,
  orgShard,
  problem,
  type Result,
  type RowChange,
  unwrap,
  updateRow,
} from '@fieldfare/kernel';
import { type ServiceType, serviceTypes } from '../orgs/index.ts';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { type RuleSetting, ruleSettings } from './tables.ts';

/** What most rules on working time ask for. */
const USUAL_REST_MINUTES = 660;

export interface RulesInForce {
  /** Only those set to another level than usual. */
  readonly levels: Readonly<Partial<Record<RuleId, RuleLevel>>>;
  readonly restMinutes: number;
}

type Setting = Pick<RuleSetting, 'rule' | 'level' | 'minutes'>;

const isRule = (rule: string): rule is RuleId => rule in LEVELS;

/** `RLS-READ` */
export function rulesInForce(rows: readonly Setting[]): RulesInForce {
  const levels: Partial<Record<RuleId, RuleLevel>> = {};
  let restMinutes = USUAL_REST_MINUTES;
  for (const { rule, level, minutes } of rows) {
    if (!isRule(rule) || !LEVELS[rule].includes(level)) continue;
    levels[rule] = level;
    if (rule === 'SCH-REST') restMinutes = minutes ?? USUAL_REST_MINUTES;
  }
  return { levels, restMinutes };
}

export const readRules = async ({ store }: Context): Promise<RulesInForce> =>
  rulesInForce(
    await store.db
      .selectFrom('ruleSettings')
      .select(['rule', 'level', 'minutes'])
      .where('deletedAt', 'is', null)
      .orderBy('id')
      .execute(),
  );

export interface RuleView {
  readonly rule: RuleId;
  readonly about: string;
  readonly level: RuleLevel;
  /** What it may be set to; one: it stays as it is. */
  readonly levels: readonly RuleLevel[];
  /** Of a rule with a number. */
  readonly minutes: number | null;
}

export interface RulesView {
  readonly rules: readonly RuleView[];
  /** What each service asks for between two visits to one patient (`SCH-SPACING`). */
  readonly services: readonly {
    readonly code: string;
    readonly name: string;
    readonly minutes: number;
    readonly days: number;
  }[];
  readonly writable: boolean;
}

export async function viewRules(ctx: Context): Promise<RulesView> {
  unwrap(await ctx.ready([orgShard]));
  const { levels, restMinutes } = await readRules(ctx);
  const services = await ctx.store.db
    .selectFrom('serviceTypes')
    .select(['code', 'name', 'spacingMinutes', 'spacingDays'])
    .where('deletedAt', 'is', null)
    .orderBy('name')
    .execute();
  const { tenantId } = ctx.principal;
  return {
    rules: (Object.keys(RULES) as RuleId[]).map((rule) => ({
      rule,
      about: RULES[rule],
      level: levels[rule] ?? LEVELS[rule][0],
      levels: LEVELS[rule],
      minutes: rule === 'SCH-REST' ? restMinutes : null,
    })),
    services: services.map(({ code, name, spacingMinutes, spacingDays }) => ({
      code,
      name,
      minutes: spacingMinutes ?? 0,
      days: spacingDays ?? 0,
    })),
    writable: can(ctx.principal, 'orgs.write', { tenantId, regionId: null }).ok,
  };
}

export interface RulesInput {
  readonly rules: readonly Setting[];
  readonly services: readonly { readonly code: string; readonly minutes: number; readonly days: number }[];
}

/** `RLS-LEVEL` */
export function ruleChanges(
  { rules, services }: RulesInput,
  rows: readonly RuleSetting[],
  types: readonly ServiceType[],
): Result<readonly RowChange[]> {
  const changes: RowChange[] = [];
  for (const [index, { rule, level, minutes }] of rules.entries()) {
    if (!isRule(rule) || !LEVELS[rule].includes(level)) {
      return fail(
        problem('invalid', 'this rule cannot be set to that', { rule: 'RLS-LEVEL', path: ['rules', index, 'level'] }),
      );
    }
    const row: RuleSetting = { id: deterministicId('rule-setting', rule), rule, level, minutes };
    const known = rows.find(({ id }) => id === row.id);
    if (!known) changes.push(createRow(ruleSettings, row));
    else if (known.level !== level || known.minutes !== minutes) {
      changes.push(updateRow(ruleSettings, known, { level, minutes }));
    }
  }
  for (const { code, minutes, days } of services) {
    const type = types.find((each) => each.code === code);
    if (!type || ((type.spacingMinutes ?? 0) === minutes && (type.spacingDays ?? 0) === days)) continue;
    changes.push(updateRow(serviceTypes, type, { spacingMinutes: minutes, spacingDays: days }));
  }
  return ok(changes);
}

export async function saveRules(ctx: Context, input: RulesInput): Promise<{ readonly changed: number }> {
  unwrap(await ctx.ready([orgShard]));
  const { db } = ctx.store;
  const [rows, types] = await Promise.all([
    db.selectFrom('ruleSettings').select(columnsOf(ruleSettings)).where('deletedAt', 'is', null).execute(),
    db.selectFrom('serviceTypes').select(columnsOf(serviceTypes)).where('deletedAt', 'is', null).execute(),
  ]);
  const changes = unwrap(ruleChanges(input, rows, types));
  if (changes.length > 0) unwrap(await ctx.write(changes, { label: 'Change scheduling rules' }));
  return { changed: changes.length };
}
