/**
 * A working copy for tests: a real replica over a journal in memory, a real store, and the router in process.
 * A peer without a store is somebody else's laptop: it writes, and its updates are carried over by `exchange`.
 */
import {
  type Clock,
  type Id,
  newId,
  ok,
  type Principal,
  type Random,
  type Role,
  type RowChange,
  type ShardId,
  seededRandom,
  unwrap,
} from '@fieldfare/kernel';
import { openStore, type Store, schemaHash } from '@fieldfare/store';
import { loadTemplateFromDisk } from '@fieldfare/store/template-node';
import { createReplica, type FoldedRow, openJournal, type Replica } from '@fieldfare/sync';
import { createMemoryFiles } from '@fieldfare/sync/memory';
import { createFakeClock } from '@fieldfare/testkit';
import type { Database } from '../src/database.ts';
import { type Context, callerFactory } from '../src/procedure.ts';
import { appRouter, derivations, tables } from '../src/registry.ts';

export const TENANT: Id = '0190a000-0000-7000-8000-000000000001';
/** Saturday 2026-11-21 12:00 UTC: the weeks the tests plan lie ahead of it, unless they say otherwise. */
export const NOW = Date.UTC(2026, 10, 21, 12);

const createCaller = callerFactory(appRouter);

/** From the prebuilt database where there is one of this schema: making it from nothing takes seconds. */
export async function openTestStore(): Promise<Store<Database>> {
  const template = await loadTemplateFromDisk(schemaHash(tables, derivations));
  return openStore<Database>({ tables, derivations, template: template.ok ? template.value : null });
}

export interface Person {
  readonly id: Id;
  readonly name: string;
  readonly role?: Role;
  readonly regionIds?: readonly Id[] | null;
}

export interface TestPeer {
  readonly replica: Replica;
  readonly person: Person;
  readonly commands: string[];
  /** Writes outside any procedure. */
  commit(changes: readonly RowChange[]): Promise<string>;
}

export interface TestDesk extends TestPeer {
  readonly ctx: Context;
  readonly caller: ReturnType<typeof createCaller>;
  /** Waits until everything durable is projected. */
  projected(): Promise<void>;
}

const principalOf = ({ id, name, role = 'coordinator', regionIds = null }: Person): Principal => ({
  tenantId: TENANT,
  userId: id,
  deviceId: id,
  name,
  roles: [{ role, regionIds }],
});

async function openReplica(clock: Clock, random: Random): Promise<Replica> {
  const journal = unwrap(
    await openJournal({ files: createMemoryFiles(), tenantId: TENANT, key: random.bytes(32), random }),
  );
  return unwrap(await createReplica({ tenantId: TENANT, journal, tables, clock, random }));
}

let seeds = 1;
const nextRandom = (): Random => {
  seeds += 1;
  return seededRandom(seeds);
};

export async function openPeer(person: Person, clock: Clock = createFakeClock(NOW)): Promise<TestPeer> {
  const random = nextRandom();
  const replica = await openReplica(clock, random);
  return {
    replica,
    person,
    commands: [],
    async commit(changes) {
      unwrap(await replica.load([...new Set(changes.map(({ shard }) => shard))]));
      return unwrap(await replica.commit(changes, person.id)).stamp;
    },
  };
}

/** A peer with a projection and the router. Several may share one store when their regions differ. */
export async function openDesk(
  person: Person,
  store: Store<Database>,
  clock: Clock = createFakeClock(NOW),
): Promise<TestDesk> {
  const peer = await openPeer(person, clock);
  const { replica, commands } = peer;
  const random = nextRandom();
  let tail: Promise<void> = Promise.resolve();
  replica.onTouched((touched) => {
    const rows: FoldedRow[] = [];
    for (const [table, ids] of touched.rows) {
      for (const id of ids) {
        const row = replica.row(touched.shard, table, id);
        if (row) rows.push(row);
      }
    }
    tail = tail.then(() => store.project(rows, store.projectedSeq() + 1));
  });
  const projected = (): Promise<void> => tail;
  const ctx: Context = {
    principal: principalOf(person),
    clock,
    random,
    store,
    loaded: (shards) => replica.load(shards),
    async ready(shards) {
      const loaded = await replica.load(shards);
      if (!loaded.ok) return loaded;
      await projected();
      return ok(undefined);
    },
    row: (shard, table, id) => replica.row(shard, table, id),
    async write(changes, command) {
      if (command) commands.push(command.label);
      return await replica.commit(changes, person.id);
    },
    history: {
      state: () => ({ undo: commands.at(-1) ?? null, redo: null }),
      onChange: () => () => {},
      undo: async () => ok({ label: commands.at(-1) ?? '' }),
      redo: async () => ok({ label: '' }),
    },
    sync: null,
  };
  return { ...peer, ctx, caller: createCaller(ctx), projected };
}

/** Both sides hold all of `shards` that either held. */
export async function exchange(a: TestPeer, b: TestPeer, shards: readonly ShardId[]): Promise<void> {
  unwrap(await a.replica.load(shards));
  unwrap(await b.replica.load(shards));
  for (const shard of shards) {
    const forB = a.replica.diff(shard, b.replica.stateVector(shard));
    const forA = b.replica.diff(shard, a.replica.stateVector(shard));
    unwrap(await b.replica.receive(shard, forB, { subject: null }));
    unwrap(await a.replica.receive(shard, forA, { subject: null }));
  }
}

export const freshId = (random: Random, clock: Clock = { now: () => NOW }): Id => newId(clock, random);
