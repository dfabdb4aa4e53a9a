/**
 * What people's choices say about the scheduler's priorities, and setting them. Nothing is set by itself: a person sees
 * the evidence and applies.
 *
 *  INS-EVIDENCE  weights are proposed from at least 20 choices that break no rule, when one moves by a tenth or more
 *  INS-WEIGHTS   weights are applied to what was in force when they were looked at
 */
import {
  type Choice,
  LEARNED,
  type LearnedComponent,
  learnWeights,
  WEIGHTS,
  type Weights,
} from '@fieldfare/engine-scheduling';
import {
  can,
  createRow,
  fail,
  type IsoWeek,
  newId,
  orgShard,
  problem,
  type ShardId,
  scheduleShard,
  unwrap,
} from '@fieldfare/kernel';
import { topicOf } from '@fieldfare/store';
import { userNames } from '../identity/index.ts';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { placementChoices, readWeights, weightHistory, weightSets, wholeComponents } from '../scheduling/index.ts';

/** Below this, what somebody did on a busy morning would set the plan of every week. */
const LEAST_CHOICES = 20;
/** A smaller change is not worth the asking. */
const LEAST_CHANGE = 0.1;
const MOST_HISTORY = 5;

export interface PriorityView {
  readonly component: LearnedComponent;
  readonly now: number;
  /** As the choices have it, whether or not there are enough to propose it. */
  readonly learned: number;
  /** Of the choices against the priorities in force: how often this was better with the place taken, and how often worse. */
  readonly better: number;
  readonly worse: number;
}

export interface PrioritiesView {
  /** The weights in force: an id that `apply` names, null for those the product comes with. */
  readonly inForce: string | null;
  readonly now: Weights;
  /** Null: too few choices, or nothing worth changing. */
  readonly proposed: Weights | null;
  readonly usual: Weights;
  readonly choices: number;
  readonly against: number;
  readonly needed: number;
  readonly priorities: readonly PriorityView[];
  /** Plans of these weeks by what became of them. */
  readonly plans: { readonly accepted: number; readonly changed: number; readonly rejected: number };
  /** Latest first. */
  readonly history: readonly {
    readonly id: string;
    readonly weights: Weights;
    readonly choices: number | null;
    readonly against: number | null;
    readonly appliedAt: string;
    readonly by: string;
  }[];
  readonly writable: boolean;
}

export interface PrioritiesInput {
  readonly regionId: string;
  readonly weeks: readonly IsoWeek[];
}

const shardsOf = ({ regionId, weeks }: PrioritiesInput): readonly ShardId[] => [
  orgShard,
  ...weeks.map((week) => scheduleShard(regionId, week)),
];

async function readChoices(ctx: Context, { regionId, weeks }: PrioritiesInput): Promise<readonly Choice[]> {
  const rows = await ctx.store.db
    .selectFrom('placementChoices')
    .select(columnsOf(placementChoices))
    .where('regionId', '=', regionId)
    .where('week', 'in', weeks)
    .where('deletedAt', 'is', null)
    .orderBy('id')
    .execute();
  return rows.flatMap(({ chosen, other, broken }) =>
    chosen !== null && other !== null && broken.length === 0
      ? [{ chosen: wholeComponents(chosen), other: wholeComponents(other) }]
      : [],
  );
}

async function view(ctx: Context, input: PrioritiesInput): Promise<PrioritiesView> {
  const { db } = ctx.store;
  const [now, history, choices, reviews] = await Promise.all([
    readWeights(ctx),
    weightHistory(ctx),
    readChoices(ctx, input),
    db
      .selectFrom('planReviews')
      .select('decision')
      .where('regionId', '=', input.regionId)
      .where('week', 'in', input.weeks)
      .where('deletedAt', 'is', null)
      .execute(),
  ]);
  const shown = history.slice(0, MOST_HISTORY);
  const people = shown.length === 0 ? null : await userNames(ctx.store);
  const { weights, against, evidence } = learnWeights(choices, now);
  const worthwhile = LEARNED.some((key) => Math.abs(weights[key] - now[key]) >= LEAST_CHANGE * Math.max(1, now[key]));
  const plans = { accepted: 0, changed: 0, rejected: 0 };
  for (const { decision } of reviews) plans[decision] += 1;
  return {
    inForce: history[0]?.id ?? null,
    now,
    proposed: choices.length >= LEAST_CHOICES && worthwhile ? weights : null,
    usual: WEIGHTS,
    choices: choices.length,
    against,
    needed: LEAST_CHOICES,
    priorities: LEARNED.map((component) => ({
      component,
      now: now[component],
      learned: weights[component],
      ...evidence[component],
    })),
    plans,
    history: shown.map(({ appliedBy, ...set }) => ({ ...set, by: people?.get(appliedBy) ?? 'Somebody' })),
    writable: can(ctx.principal, 'orgs.write', { tenantId: ctx.principal.tenantId, regionId: null }).ok,
  };
}

export async function priorities(ctx: Context, input: PrioritiesInput): Promise<PrioritiesView> {
  unwrap(await ctx.ready(shardsOf(input)));
  return view(ctx, input);
}

export async function* priorityEvents(
  ctx: Context,
  input: PrioritiesInput,
  signal: AbortSignal | undefined,
): AsyncGenerator<PrioritiesView, void, void> {
  unwrap(await ctx.ready(shardsOf(input)));
  const topics = [
    topicOf('weight_sets', orgShard),
    ...input.weeks.flatMap((week) =>
      ['placement_choices', 'plan_reviews'].map((table) => topicOf(table, scheduleShard(input.regionId, week))),
    ),
  ];
  yield* ctx.store.live(topics, () => view(ctx, input), signal ?? new AbortController().signal);
}

export interface ApplyInput {
  /** `PrioritiesView.inForce` that was looked at. */
  readonly inForce: string | null;
  readonly weights: Weights;
  /** What they were drawn from; null: set otherwise. */
  readonly choices: number | null;
  readonly against: number | null;
}

export async function applyPriorities(ctx: Context, { inForce, ...set }: ApplyInput): Promise<{ readonly id: string }> {
  unwrap(await ctx.ready([orgShard]));
  const [latest] = await weightHistory(ctx);
  if ((latest?.id ?? null) !== inForce) {
    return unwrap(
      fail(problem('conflict', 'somebody has changed the priorities since you looked', { rule: 'INS-WEIGHTS' })),
    );
  }
  const id = newId(ctx.clock, ctx.random);
  const appliedAt = new Date(ctx.clock.now()).toISOString();
  const row = createRow(weightSets, { id, ...set, appliedAt, appliedBy: ctx.principal.userId });
  unwrap(await ctx.write([row], { label: 'Change the priorities' }));
  return { id };
}
