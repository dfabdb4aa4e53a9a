/**
 * Renews this process's lease and follows the other members, in a thread of its own: whatever holds the main thread up for
 * a few seconds (a database in WebAssembly being opened) must not look like a death. A main thread that has said nothing for
 * `HUNG_MS` counts as dead all the same.
 */
import { randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { unwrap } from '@fieldfare/kernel';
import { openDatabase } from '@fieldfare/sync/postgres';
import { LEASE_MS } from './lease.ts';
import type { Member } from './placement.ts';

const BEAT_MS = 500;
const HUNG_MS = 30_000;
const CHANNEL = 'fieldfare_members';

export type LeaseOrder =
  | { readonly type: 'here' }
  | { readonly type: 'join'; readonly url: string }
  | { readonly type: 'leave' };

export type LeaseNews =
  | {
      readonly type: 'state';
      readonly id: string;
      readonly members: readonly Member[];
      /** The lease is held. */
      readonly alive: boolean;
      /** It was held, and ran out since the last news. */
      readonly lost: boolean;
    }
  | { readonly type: 'joined' }
  | { readonly type: 'left' };

async function run(databaseUrl: string, tell: (news: LeaseNews) => void): Promise<(order: LeaseOrder) => void> {
  const database = unwrap(await openDatabase(databaseUrl, { connections: 1 }));
  let id = randomUUID() as string;
  let url: string | null = null;
  let members: readonly Member[] = [];
  let renewedAt = Number.NEGATIVE_INFINITY;
  let heardAt = performance.now();
  let wasAlive = false;
  let told = '';
  let beating: Promise<void> = Promise.resolve();

  const isAlive = (): boolean => url !== null && performance.now() - renewedAt < LEASE_MS;

  async function renew(): Promise<void> {
    const asked = performance.now();
    if (url === null || asked - heardAt > HUNG_MS) return;
    const { count } = await database.query(
      `update fieldfare.members set expires_at = clock_timestamp() + $2 * interval '1 millisecond'
       where id = $1 and expires_at > clock_timestamp()`,
      [id, LEASE_MS],
    );
    if (count === 0) {
      id = randomUUID();
      await database.query(
        `insert into fieldfare.members (id, url, expires_at)
         values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')`,
        [id, url, LEASE_MS],
      );
      await database.query('select pg_notify($1, $2)', [CHANNEL, id]);
    }
    renewedAt = asked; // the lease began after this moment
  }

  async function follow(): Promise<void> {
    const { rows } = await database.query(
      'select id, url from fieldfare.members where expires_at > clock_timestamp() order by id',
    );
    members = rows.map((row) => ({ id: String(row.id), url: String(row.url) }));
  }

  async function beat(): Promise<void> {
    const before = id;
    try {
      await renew();
      await follow();
    } catch {
      // the database does not answer: the lease may run out
    }
    const alive = isAlive();
    const lost = wasAlive && (!alive || id !== before);
    wasAlive = alive;
    const state = { type: 'state', id, members, alive } as const;
    const text = JSON.stringify(state);
    if (text === told && !lost) return;
    told = text;
    tell({ ...state, lost });
  }

  /** One after another; those that wait are one. */
  let waits = false;
  function beatNow(): Promise<void> {
    if (waits) return beating;
    waits = true;
    beating = beating.then(() => {
      waits = false;
      return beat();
    });
    return beating;
  }

  async function leave(): Promise<void> {
    clearInterval(timer);
    deaf();
    url = null;
    await beating;
    // Where this fails, the lease runs out by itself.
    await database
      .query(`delete from fieldfare.members where id = $1 or expires_at < clock_timestamp() - interval '1 minute'`, [
        id,
      ])
      .then(() => database.query('select pg_notify($1, $2)', [CHANNEL, id]))
      .catch(() => undefined);
    await database.close();
    tell({ type: 'left' });
  }

  const timer = setInterval(() => void beatNow(), BEAT_MS);
  const deaf = database.listen(CHANNEL, () => void beatNow());
  await beatNow();

  return (order) => {
    heardAt = performance.now();
    if (order.type === 'leave') void leave();
    if (order.type === 'join') {
      url = order.url;
      void beatNow()
        .then(() => beatNow()) // the first may have begun before
        .then(() => tell({ type: 'joined' }));
    }
  };
}

const port = parentPort;
if (port) {
  const orders: LeaseOrder[] = [];
  let take = (order: LeaseOrder): void => void orders.push(order);
  port.on('message', (order: LeaseOrder) => take(order));
  take = await run((workerData as { readonly databaseUrl: string }).databaseUrl, (news) => port.postMessage(news));
  for (const order of orders) take(order);
}
