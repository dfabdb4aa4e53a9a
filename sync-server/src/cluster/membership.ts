/**
 * Which server processes live: each holds a lease in the database, by the database's clock (lease-worker.ts).
 *
 *  SRV-LEASE  a process that could not renew its lease in time serves nothing until it has joined anew, under another id;
 *             the others take its tenants over within seconds. That it may not know this in time harms nothing: what it
 *             still writes is refused (`JRN-FENCE`)
 */
import { Worker } from 'node:worker_threads';
import type { Log } from '../log.ts';
import type { LeaseNews, LeaseOrder } from './lease-worker.ts';
import { type Member, memberFor, type Placement } from './placement.ts';

const HERE_MS = 1_000;

export interface Membership extends Placement {
  /** Holds logs under this id. */
  id(): string;
  members(): readonly Member[];
  /** Whether the others take this process for living. */
  isAlive(): boolean;
  /** From now on tenants may be placed here, under this address; an empty one: nobody can be sent here. */
  join(url: string): Promise<void>;
  /** The others know at once. */
  leave(): Promise<void>;
}

type State = LeaseNews & { readonly type: 'state' };

/** Follows the members of a database that was opened before. A worker that fails takes the process with it. */
export async function followMembers(databaseUrl: string, log: Log): Promise<Membership> {
  const worker = new Worker(new URL('./lease-worker.ts', import.meta.url), { workerData: { databaseUrl } });
  const order = (what: LeaseOrder): void => worker.postMessage(what);
  const waiting = new Map<LeaseNews['type'], () => void>();
  const news = (type: LeaseNews['type']): Promise<void> => new Promise((resolve) => waiting.set(type, resolve));
  const listeners = new Set<(lost: boolean) => void>();
  let state: State = { type: 'state', id: '', members: [], alive: false, lost: false };
  let leaving: Promise<void> | null = null;

  worker.on('message', (heard: LeaseNews) => {
    if (heard.type === 'state') {
      state = heard;
      if (heard.lost) log.warn('the lease of this process ran out');
      if (leaving === null) for (const listener of listeners) listener(heard.lost);
    }
    waiting.get(heard.type)?.();
    waiting.delete(heard.type);
  });
  const timer = setInterval(() => order({ type: 'here' }), HERE_MS);
  timer.unref();
  await news('state');

  return {
    id: () => state.id,
    members: () => state.members,
    isAlive: () => state.alive,
    find(tenantId) {
      const member = memberFor(tenantId, state.members);
      if (member === null) return { at: 'nowhere' };
      if (member.id !== state.id) return member.url === '' ? { at: 'nowhere' } : { at: 'elsewhere', url: member.url };
      return state.alive && leaving === null ? { at: 'here' } : { at: 'nowhere' };
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async join(url) {
      const joined = news('joined');
      order({ type: 'join', url });
      await joined;
    },
    leave() {
      leaving ??= (async () => {
        clearInterval(timer);
        const left = news('left');
        order({ type: 'leave' });
        await left;
        await worker.terminate();
      })();
      return leaving;
    },
  };
}
