/** Runs one tRPC operation against the router: the server side of the worker's port. */

import type { Context } from '@fieldfare/domain';
import { callTRPCProcedure, getTRPCErrorFromUnknown, getTRPCErrorShape } from '@trpc/server';
import { workspaceRouter } from './router.ts';
import type { RequestOp, WireError, WireEvent, WireResult } from './worker-api.ts';

function wireError(cause: unknown, op: RequestOp, ctx: Context): WireError {
  const error = getTRPCErrorFromUnknown(cause);
  const shape = getTRPCErrorShape({
    config: workspaceRouter._def._config,
    error,
    type: op.type,
    path: op.path,
    input: op.input,
    ctx,
  });
  return { message: shape.message, code: shape.code, data: { ...shape.data } };
}

const call = (op: RequestOp, ctx: Context, signal: AbortSignal | undefined): Promise<unknown> =>
  callTRPCProcedure({
    router: workspaceRouter,
    path: op.path,
    getRawInput: async () => op.input,
    ctx,
    type: op.type,
    signal,
    batchIndex: 0,
  });

/** A query or a mutation. Never rejects. */
export async function dispatch(op: RequestOp, ctx: Context): Promise<WireResult> {
  try {
    return { ok: true, data: await call(op, ctx, undefined) };
  } catch (cause) {
    return { ok: false, error: wireError(cause, op, ctx) };
  }
}

/** Answers to what a person did go before the news of it. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A subscription. Calls `emit` until it ends, fails or `signal` aborts. Never rejects. */
export async function dispatchSubscription(
  op: RequestOp,
  ctx: Context,
  signal: AbortSignal,
  emit: (event: WireEvent) => void,
): Promise<void> {
  try {
    const stream = (await call(op, ctx, signal)) as AsyncIterable<unknown>;
    for await (const data of stream) {
      await nextTurn();
      if (signal.aborted) return;
      emit({ type: 'data', data });
    }
    if (!signal.aborted) emit({ type: 'end' });
  } catch (cause) {
    if (!signal.aborted) emit({ type: 'error', error: wireError(cause, op, ctx) });
  }
}
