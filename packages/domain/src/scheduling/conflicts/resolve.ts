import {
  can,
  fail,
  ok,
  parseShard,
  problem,
  type Result,
  type RowChange,
  scheduleShard,
  unwrap,
} from '@fieldfare/kernel';
import type { Context } from '../../procedure.ts';
import { assignmentIdOf } from '../rules.ts';
import { readyForWeek } from '../shards.ts';
import { assignments } from '../tables.ts';
import { scopeOf } from './facts.ts';
import { conflictById } from './queries.ts';
import { settleChanges } from './settle.ts';

export interface ResolveInput {
  readonly regionId: string;
  readonly week: string;
  readonly conflictId: string;
  readonly choice: string;
  readonly reason: string;
}

/** A conflict may reach into another region: its shard must be writable too. */
function mayWrite(ctx: Context, changes: readonly RowChange[]): Result<void> {
  const { principal } = ctx;
  for (const { shard } of changes) {
    const { kind, regionId } = unwrap(parseShard(shard));
    const action = kind === 'patients' ? 'patients.write' : 'schedule.write';
    const allowed = can(principal, action, { tenantId: principal.tenantId, regionId });
    if (!allowed.ok) return allowed;
  }
  return ok(undefined);
}

/** Settles a conflict: the changes the choice asks for and the person's word, in one commit. */
export async function settleConflict(ctx: Context, input: ResolveInput): Promise<{ readonly stamp: string }> {
  unwrap(await readyForWeek(ctx, input));
  const conflict = await conflictById(ctx.store, input.conflictId);
  const scopes = [scopeOf(input.regionId, input.week), input.regionId];
  if (conflict === null || !conflict.scopes.some((scope) => scopes.includes(scope))) {
    return unwrap(fail(problem('conflict', 'this conflict is gone or has changed: look again', { rule: 'CNF-GONE' })));
  }
  const changes = unwrap(
    settleChanges(conflict, {
      choice: input.choice,
      reason: input.reason,
      actorId: ctx.principal.userId,
      at: new Date(ctx.clock.now()).toISOString(),
      carerOf: ({ regionId, week, visitId }) => {
        const id = assignmentIdOf(visitId);
        const row = ctx.row(scheduleShard(regionId, week), assignments.name, id);
        return row === null || row.deleted ? null : (row.fields.staffId as string | null);
      },
    }),
  );
  unwrap(mayWrite(ctx, changes));
  const { stamp } = unwrap(await ctx.write(changes, { label: 'Settle conflict' }));
  return { stamp };
}
