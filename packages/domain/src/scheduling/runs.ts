/** Runs of the engine beside everything else a worker does: in slices, told to finish, ended by their stream. */
import type { Command } from '@fieldfare/engine-scheduling';
import { newId } from '@fieldfare/kernel';
import { breathe } from '../breathe.ts';
import type { Context } from '../procedure.ts';

interface Orders {
  /** End with the best so far. */
  finish: boolean;
}

/** Runs that may be told to finish, by who runs them. In this process only: a run lives no longer than its stream. */
const running = new Map<string, Orders>();
const keyOf = ({ principal }: Context, runId: string): string =>
  `${principal.tenantId}/${principal.userId}/${principal.deviceId}/${runId}`;

/** Call `close` when the run is over. */
export function openRun(
  ctx: Context,
  runId: string = newId(ctx.clock, ctx.random),
): { readonly orders: Readonly<Orders>; readonly close: () => void } {
  const key = keyOf(ctx, runId);
  const orders = { finish: false };
  running.set(key, orders);
  return { orders, close: () => running.delete(key) };
}

/** False when there is no such run (any more). */
export function finishRun(ctx: Context, runId: string): boolean {
  const run = running.get(keyOf(ctx, runId));
  if (run) run.finish = true;
  return run !== undefined;
}

/** How long the engine may keep the thread, and how often it tells how far it is. */
const SLICE_MS = 12;
const PROGRESS_MS = 100;
/** A clock that stands still (tests) must not keep the thread for ever. */
const SLICE_STEPS = 64;

/** Drives the engine in slices. Ends with its outcome, or with null when the signal ended it. */
export async function* drive<Progress, Outcome>(
  ctx: Context,
  run: Generator<Progress, Outcome, Command>,
  orders: Readonly<Orders>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Progress, Outcome | null, void> {
  let toldAt = ctx.clock.now();
  try {
    while (!signal?.aborted) {
      const sliceFrom = ctx.clock.now();
      for (let step = 0; step < SLICE_STEPS && ctx.clock.now() - sliceFrom < SLICE_MS; step += 1) {
        const next = run.next(orders.finish ? 'stop' : undefined);
        if (next.done) return next.value;
        if (ctx.clock.now() - toldAt >= PROGRESS_MS) {
          toldAt = ctx.clock.now();
          yield next.value;
        }
      }
      await breathe();
    }
    return null;
  } finally {
    run.return(undefined as never);
  }
}
