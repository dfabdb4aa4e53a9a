/** What one process of several does for the others' tenants over HTTP: see cluster/. */
import { type Problem, problem, toProblemDetails } from '@fieldfare/kernel';
import { LOST_EPOCH_PATH, SNAPSHOT_PATH } from '@fieldfare/sync';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Accounts } from '../accounts/index.ts';
import type { Admin } from '../admin.ts';
import { CARRIED, carry } from '../cluster/carry.ts';
import { ERRAND_PATH, type Errands, signatureOf } from '../cluster/errands.ts';
import type { Tenants } from '../tenants.ts';
import { bearerOf } from './bearer.ts';
import { PROBLEM_TYPE, sendProblems } from './problems.ts';

const BODY_LIMIT = 64 * 1024;

export interface ClusterRoutes {
  readonly errands: Errands;
  /** Runs a command that another process sent, here. */
  readonly admin: Admin;
}

const nowhere = (): Problem =>
  problem('offline', 'this organisation is changing servers; try again', { rule: 'SRV-ERRAND' });

const OF_TENANTS = ['/trpc/', SNAPSHOT_PATH, LOST_EPOCH_PATH];

const isOfTenant = (url: string): boolean =>
  OF_TENANTS.some((path) => url.startsWith(path)) || url.split('?')[0] === '/auth/ticket';

export function registerCluster(
  app: FastifyInstance,
  parts: { readonly accounts: Accounts; readonly tenants: Tenants; readonly cluster: ClusterRoutes },
): void {
  const { accounts, tenants, cluster } = parts;

  async function carryOn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (!isOfTenant(request.url)) return undefined;
    const token = bearerOf(request.headers);
    const tenantId = token.ok ? await accounts.sessions.tenantOf(token.value) : null;
    if (tenantId === null) return undefined; // turned down here as it would be there
    const place = tenants.find(tenantId);
    if (place.at === 'here') return undefined;
    if (place.at === 'nowhere' || request.headers[CARRIED] !== undefined) return sendProblems(reply, [nowhere()]);
    reply.hijack();
    carry(request.raw, reply.raw, place.url, () => {
      const details = toProblemDetails([nowhere()]);
      reply.raw.writeHead(details.status, { 'content-type': PROBLEM_TYPE }).end(JSON.stringify(details));
    });
    return reply;
  }
  app.addHook('onRequest', carryOn);

  app.post<{ Body: string }>(ERRAND_PATH, { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const errand = cluster.errands.read(String(request.body), signatureOf(request.headers));
    if (errand === null) {
      return sendProblems(reply, [problem('forbidden', 'this is for our own servers', { rule: 'SRV-ERRAND' })]);
    }
    await accounts.refresh();
    const done = await cluster.admin(errand.command);
    return reply.header('cache-control', 'no-store').send(done);
  });
}
