/**
 * The tRPC instance, the context every procedure sees, and the middleware that asks for permission.
 * One router serves four transports: worker port, loopback HTTP, server HTTP, in-process.
 */
import {
  type Action,
  type Clock,
  can,
  fail,
  httpStatusOf,
  ok,
  type Principal,
  ProblemError,
  problem,
  type Random,
  type Result,
  type RowChange,
  type ShardId,
} from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import type { CommitReceipt, Connection, FoldedRow } from '@fieldfare/sync';
import { initTRPC, type TRPC_ERROR_CODE_KEY, TRPCError } from '@trpc/server';
import { z } from 'zod';
import type { Database } from './database.ts';

/** What a command did, kept for undo. `label` is shown: "Move visit". */
export interface CommandInfo {
  readonly label: string;
}

export interface History {
  state(): HistoryState;
  onChange(listener: () => void): () => void;
  undo(): Promise<Result<{ readonly label: string }>>;
  redo(): Promise<Result<{ readonly label: string }>>;
}

export interface HistoryState {
  readonly undo: string | null;
  readonly redo: string | null;
}

/** What procedures may ask of the connection. Null on the server, which is the other side. */
export type SyncPort = Pick<
  Connection,
  'status' | 'onStatus' | 'retryNow' | 'report' | 'announce' | 'present' | 'onPresent'
>;

export interface Context {
  readonly principal: Principal;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store<Database>;
  /** Brings shards into the projection and waits until every durable change is projected. */
  readonly ready: (shards: readonly ShardId[]) => Promise<Result<void>>;
  /** Brings shards into the documents only: enough for `row` and `write`, and quicker. */
  readonly loaded: (shards: readonly ShardId[]) => Promise<Result<void>>;
  /** The row as the documents hold it now, for checks before a write; null when absent. */
  readonly row: (shard: ShardId, table: string, id: string) => FoldedRow | null;
  /** All or nothing; ok once durable. Remembered for undo when `command` is given. */
  readonly write: (changes: readonly RowChange[], command?: CommandInfo) => Promise<Result<CommitReceipt>>;
  readonly history: History;
  readonly sync: SyncPort | null;
}

/** The server is the other side of sync: it has no connection to report on. */
export const syncOf = (ctx: Context): Result<SyncPort> =>
  ctx.sync ? ok(ctx.sync) : fail(problem('unsupported', 'this side of sync has no connection', { rule: 'SYNC-SIDE' }));

const TRPC_CODES: Record<number, TRPC_ERROR_CODE_KEY> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  422: 'UNPROCESSABLE_CONTENT',
  499: 'CLIENT_CLOSED_REQUEST',
  501: 'NOT_IMPLEMENTED',
  503: 'SERVICE_UNAVAILABLE',
};

/** A failed result as the error tRPC carries; `data.problems` holds the payload on the other side. */
export function toTrpcError(error: ProblemError): TRPCError {
  const status = httpStatusOf(error.problems[0].code);
  return new TRPCError({ code: TRPC_CODES[status] ?? 'INTERNAL_SERVER_ERROR', message: error.message, cause: error });
}

/** Read by the conformance test: every procedure names the action it asks for, or says that a session is enough. */
export interface ProcedureMeta {
  readonly permission: Action | 'session';
}

const t = initTRPC
  .context<Context>()
  .meta<ProcedureMeta>()
  .create({
    isServer: true, // the worker is this router's server too; there is no browser without one
    errorFormatter({ shape, error }) {
      const { cause } = error;
      const problems =
        cause instanceof ProblemError
          ? cause.problems
          : cause instanceof z.ZodError
            ? cause.issues.map((issue) =>
                problem('invalid', issue.message, {
                  rule: 'INPUT',
                  path: issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step)),
                }),
              )
            : [];
      // A stack says nothing to a client and may hold data: it stays in the log.
      const { stack: _stack, ...data } = shape.data;
      return { ...shape, data: { ...data, problems } };
    },
  });

export const router = t.router;
export const callerFactory = t.createCallerFactory;
export const mergeRouters = t.mergeRouters;

/** Turns thrown `ProblemError`s (from `unwrap`) into tRPC errors. */
const base = t.procedure.use(async ({ next }) => {
  const result = await next();
  if (!result.ok && result.error.cause instanceof ProblemError) throw toTrpcError(result.error.cause);
  return result;
});

const regional = z.object({ regionId: z.uuid() });

/** A procedure on data of one region: its input has `regionId`, and the principal needs `action` there. */
export function regionProcedure(action: Action) {
  return base
    .meta({ permission: action })
    .input(regional)
    .use(({ ctx, input, next }) => {
      const allowed = can(ctx.principal, action, { tenantId: ctx.principal.tenantId, regionId: input.regionId });
      if (!allowed.ok) throw toTrpcError(new ProblemError(allowed.problems));
      return next();
    });
}

/** A procedure on the whole organisation's data. */
export function tenantProcedure(action: Action) {
  return base.meta({ permission: action }).use(({ ctx, next }) => {
    const allowed = can(ctx.principal, action, { tenantId: ctx.principal.tenantId, regionId: null });
    if (!allowed.ok) throw toTrpcError(new ProblemError(allowed.problems));
    return next();
  });
}

/** A procedure on the caller's own session (undo, sync status): signed in is enough. */
export const sessionProcedure = base.meta({ permission: 'session' });
