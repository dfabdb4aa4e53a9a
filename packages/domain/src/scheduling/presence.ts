/** Who looks at which visit of a week right now: told and heard over the connection, never stored. */
import { type Result, scheduleShard, unwrap } from '@fieldfare/kernel';
import { z } from 'zod';
import { observe } from '../observe.ts';
import { type Context, syncOf } from '../procedure.ts';

interface Week {
  readonly regionId: string;
  readonly week: string;
}

/** A colleague who has the week open. */
export interface Onlooker {
  /** Of the window: somebody with two is here twice. */
  readonly key: number;
  readonly userId: string;
  readonly name: string;
  /** Null: the board as a whole. */
  readonly visitId: string | null;
}

/** What colleagues' devices say; anything else they may say is dropped. */
const stateSchema = z.object({ visitId: z.uuid().nullable() });

/** Says that this device has the week open, and which visit. `away`: no longer. */
export function look(ctx: Context, { regionId, week }: Week, at: { visitId: string | null } | 'away'): Result<void> {
  const sync = syncOf(ctx);
  if (!sync.ok) return sync;
  sync.value.announce(scheduleShard(regionId, week), at === 'away' ? null : { visitId: at.visitId });
  return { ok: true, value: undefined };
}

/** The others in the week, now and after every change. */
export async function* onlookers(
  ctx: Context,
  { regionId, week }: Week,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Onlooker[], void, void> {
  const sync = unwrap(syncOf(ctx));
  const shard = scheduleShard(regionId, week);
  const read = (): readonly Onlooker[] =>
    sync
      .present(shard)
      .flatMap(({ id, userId, name, state }) => {
        const said = stateSchema.safeParse(state);
        return said.success && userId !== ctx.principal.userId
          ? [{ key: id, userId, name, visitId: said.data.visitId }]
          : [];
      })
      .sort((a, b) => a.key - b.key);
  yield* observe(read, (listener) => sync.onPresent((touched) => touched === shard && listener()), signal);
}
