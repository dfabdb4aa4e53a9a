/**
 * The router over HTTP under /trpc: queries, mutations and, as server-sent events, subscriptions. Who asks comes from
 * the bearer token alone. An open stream ends with its session, and when its tenant leaves this process.
 */
import { type Context, toTrpcError } from '@fieldfare/domain';
import { ProblemError, type Result, unwrap } from '@fieldfare/kernel';
import { MAX_IMPORT_BYTES, workspaceRouter } from '@fieldfare/workspace';
import { TRPCError } from '@trpc/server';
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Sessions, SignedIn } from '../accounts/sessions.ts';
import type { LiveSessions } from '../live-sessions.ts';
import { errorFields, type Log } from '../log.ts';
import type { Tenants } from '../tenants.ts';
import { bearerOf } from './bearer.ts';
import { sendProblems } from './problems.ts';

/** A CSV import travels in one call, as JSON: every quote and line end takes two bytes there. */
const BODY_LIMIT = 2 * MAX_IMPORT_BYTES + 64 * 1024;
/** What a caller may send before the token is believed. */
const STRANGER_LIMIT = 64 * 1024;

async function signedIn(request: FastifyRequest, sessions: Sessions): Promise<Result<SignedIn>> {
  const token = bearerOf(request.headers);
  return token.ok ? sessions.authenticate(token.value) : token;
}

/** Names of procedures this build knows; anything else in the path came from the caller and is not logged. */
function knownProcedures(path: string): string {
  const known = workspaceRouter._def.procedures as Record<string, unknown>;
  return path
    .split(',')
    .slice(0, 20)
    .map((name) => (Object.hasOwn(known, name) ? name : '?'))
    .join(',');
}

export function registerTrpc(
  app: FastifyInstance,
  parts: { readonly sessions: Sessions; readonly tenants: Tenants; readonly live: LiveSessions; readonly log: Log },
): void {
  const { sessions, tenants, live, log } = parts;
  app.register(async (scope) => {
    // tRPC reads the text itself; its batches are not ours to parse.
    scope.removeContentTypeParser('application/json');
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    // SRV-BODY: nobody makes the server hold megabytes without a token.
    scope.addHook('onRequest', async (request, reply) => {
      if (request.method !== 'POST' || Number(request.headers['content-length'] ?? Infinity) <= STRANGER_LIMIT) return;
      const caller = await signedIn(request, sessions);
      if (!caller.ok) return sendProblems(reply, caller.problems);
    });
    scope.all<{ Params: { path: string } }>('/trpc/:path', { bodyLimit: BODY_LIMIT }, async (req, res) => {
      req.procedures = knownProcedures(req.params.path);
      const createContext = async (): Promise<Context> => {
        try {
          const caller = unwrap(await signedIn(req, sessions));
          const tenant = unwrap(await tenants.open(caller.principal.tenantId));
          const workspace = await tenant.workspace();
          const cut = (): unknown => res.raw.destroy();
          const forget = [live.add(caller.sessionId, cut), tenant.onLeave(cut), tenant.onLost(cut)];
          res.raw.once('close', () => {
            for (const each of forget) each();
          });
          return workspace.contextFor(caller.principal);
        } catch (error) {
          throw error instanceof ProblemError ? toTrpcError(error) : error;
        }
      };
      res.header('cache-control', 'no-store');
      await fastifyRequestHandler({
        router: workspaceRouter,
        req,
        res,
        path: req.params.path,
        createContext,
        onError({ error, path }) {
          if (error instanceof TRPCError && error.code !== 'INTERNAL_SERVER_ERROR') return;
          log.error('a procedure failed', {
            requestId: req.id,
            procedures: knownProcedures(path ?? ''),
            ...errorFields(error.cause ?? error),
          });
        },
      });
      return res;
    });
  });
}
