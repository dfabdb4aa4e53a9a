/** The HTTP face: routes, headers, errors, one log line a request. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '@fieldfare/kernel';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Accounts } from '../accounts/index.ts';
import type { LiveSessions } from '../live-sessions.ts';
import { errorFields, type Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Tenants } from '../tenants.ts';
import { registerAuth } from './auth-routes.ts';
import { type ClusterRoutes, registerCluster } from './cluster-routes.ts';
import { registerLostEpochs } from './lost-epoch-route.ts';
import { registerMetrics } from './metrics-route.ts';
import { frameworkProblem, internalProblem, sendDetails, sendProblems } from './problems.ts';
import { type OriginCheck, SECURITY_HEADERS } from './security.ts';
import { registerSnapshots } from './snapshot-route.ts';
import { registerTrpc } from './trpc.ts';
import { registerWeb } from './web.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Procedures of a tRPC call, as far as this build knows them. */
    procedures: string | null;
  }
}

const BODY_LIMIT = 64 * 1024;
/** What pages of other origins may send and read: snapshots come in ranges. */
const ACCEPTED = 'authorization, content-type, trpc-accept, last-event-id, range, if-match';
const EXPOSED = 'etag, content-range, content-digest';

export interface HttpParts {
  readonly accounts: Accounts;
  readonly tenants: Tenants;
  readonly live: LiveSessions;
  readonly origin: OriginCheck;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Opens `/metrics` to whoever shows it; without it only this machine may look. */
  readonly metricsToken: string | undefined;
  /** Null: one process serves everything. */
  readonly cluster: ClusterRoutes | null;
  readonly webDir: string | null;
  /** Whether requests come through a proxy on this machine that sets X-Forwarded-For. */
  readonly trustProxy: boolean;
  /** Null when the server can take work, else why not. */
  readonly unready: () => string | null;
}

export function createHttp(parts: HttpParts): FastifyInstance {
  const { accounts, origin, log, metrics, unready } = parts;
  const app = Fastify({
    logger: false, // its messages quote addresses and errors; ours cannot
    bodyLimit: BODY_LIMIT,
    genReqId: () => randomUUID(),
    trustProxy: parts.trustProxy ? 'loopback' : false,
    requestTimeout: 30_000,
    connectionTimeout: 0, // event streams may be silent
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 4000 },
    frameworkErrors: (error, _request, reply) => {
      const details = frameworkProblem(error);
      return details ? sendDetails(reply, details) : sendProblems(reply, [internalProblem]);
    },
    clientErrorHandler(_error, socket) {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    },
  });
  app.decorateRequest('procedures', null);

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
    const from = origin(request.headers);
    if (from === 'refused') {
      return sendProblems(reply, [
        { code: 'forbidden', message: 'pages of other sites may not call this server', rule: 'SRV-ORIGIN' },
      ]);
    }
    if (from === 'allowed') {
      reply
        .header('access-control-allow-origin', request.headers.origin)
        .header('vary', 'origin')
        .header('access-control-expose-headers', EXPOSED)
        .header('cross-origin-resource-policy', 'cross-origin');
      if (request.method === 'OPTIONS') {
        return reply
          .code(204)
          .header('access-control-allow-methods', 'GET, POST')
          .header('access-control-allow-headers', ACCEPTED)
          .header('access-control-max-age', '600')
          .send();
      }
    }
    return undefined;
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url;
    metrics.answered(route ?? 'none', reply.statusCode, reply.elapsedTime);
    log.info('request', {
      requestId: request.id,
      method: request.method,
      route: route ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      ...(request.procedures === null ? {} : { procedures: request.procedures }),
    });
  });
  app.setErrorHandler((error, request, reply) => {
    const details = frameworkProblem(error);
    if (details) return sendDetails(reply, details);
    log.error('a request failed', { requestId: request.id, ...errorFields(error) });
    return sendProblems(reply, [internalProblem]);
  });

  app.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const why = unready();
    return why === null
      ? reply.header('cache-control', 'no-store').send({ status: 'ready' })
      : sendDetails(reply, {
          type: 'urn:fieldfare:problem:SRV-READY',
          title: why,
          status: 503,
          problems: [{ code: 'busy', message: why, rule: 'SRV-READY' }],
        });
  });
  registerMetrics(app, metrics, parts.metricsToken);
  if (parts.cluster) registerCluster(app, { ...parts, cluster: parts.cluster });
  registerAuth(app, accounts);
  registerTrpc(app, { ...parts, sessions: accounts.sessions });
  registerSnapshots(app, { ...parts, sessions: accounts.sessions });
  registerLostEpochs(app, { ...parts, sessions: accounts.sessions });
  registerWeb(app, parts.webDir);
  return app;
}
