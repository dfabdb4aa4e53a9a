/** A computer with a disk and a clock of its own, and the processes that live and die on it. */
import { type Clock, type ShardId, unwrap } from '@fieldfare/kernel';
import * as Y from 'yjs';
import { createMemoryFiles, type MemoryFiles } from '../../src/journal/drivers/memory-files.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { createReplica } from '../../src/replica.ts';
import type { Connection, Journal, Replica } from '../../src/types.ts';
import type { Dice } from './chance.ts';
import type { Held, History } from './history.ts';
import type { Build, Model, Watch } from './model.ts';
import { slowFiles } from './slow-files.ts';
import type { Owner, Timeline } from './timeline.ts';

export const TENANT = 'tenant';
/** Thursday 2026-10-01 08:00 UTC. */
const START = Date.UTC(2026, 9, 1, 8);

/** Where a test may put a fault of the product's own, to see that the laws notice. */
export interface Seams {
  readonly journal?: (journal: Journal, machine: string) => Journal;
  readonly replica?: (replica: Replica, machine: string) => Replica;
  /** False: the server gives no receipts. */
  readonly receipts?: boolean;
  /** False: what was lost with an epoch is not given back. */
  readonly giveBack?: boolean;
}

export interface Session extends Owner {
  replica: Replica | null;
  connection: Connection | null;
  watch: Watch | null;
}

export interface Machine {
  readonly name: string;
  readonly user: string;
  readonly disk: MemoryFiles;
  readonly dice: Dice;
  readonly clock: Clock;
  /** Milliseconds by which its clock is wrong. */
  skew: number;
  build: Build;
  /** The process that runs; null while the machine is down. */
  session: Session | null;
  /** Writes older than this stood on a disk that was damaged since: they may have to come back from elsewhere. */
  damagedAfter: number;
}

export interface World {
  readonly timeline: Timeline;
  readonly history: History;
  readonly model: Model;
  readonly seams: Seams;
  readonly shards: readonly ShardId[];
  /** Days that pass for everybody at once, in ms. */
  leap: number;
  /** One line of what happens. */
  note(line: string): void;
}

export function createMachine(world: World, name: string, dice: Dice, build: Build): Machine {
  const machine: Machine = {
    name,
    user: `user-${name}`,
    disk: createMemoryFiles(),
    dice,
    clock: { now: () => START + Math.floor(world.timeline.now()) + world.leap + machine.skew },
    skew: 0,
    build,
    session: null,
    damagedAfter: 0,
  };
  return machine;
}

/** Opens what stands on the machine's disk, in a new process. Null when the disk does not let it. */
export async function openReplica(
  world: World,
  machine: Machine,
  session: Session,
  authority: boolean,
): Promise<Replica | null> {
  const { timeline, history, model, seams } = world;
  const { dice, disk, name, clock } = machine;
  const mounted = unwrap(await disk.mount());
  const files = slowFiles(mounted, (ms) => timeline.sleep(ms, session), dice);
  // Small segments: a run of some minutes should see several.
  const opened = await openJournal({
    files,
    tenantId: TENANT,
    key: KEY,
    random: dice,
    segmentBytes: dice.chance(0.5) ? 4096 : 65_536,
  });
  if (!opened.ok) {
    world.note(`${name} cannot open its journal: ${opened.problems[0].message}`);
    await mounted.close();
    return null;
  }
  const journal = history.tap(seams.journal?.(opened.value, name) ?? opened.value, name, () => session.replica);
  const created = await createReplica({
    tenantId: TENANT,
    journal,
    tables: model.tables(machine.build),
    clock,
    random: dice,
    ...(authority ? { authority } : {}),
  });
  if (!created.ok) {
    world.note(`${name} cannot read its journal: ${created.problems[0].message}`);
    await journal.close();
    return null;
  }
  const replica = seams.replica?.(created.value, name) ?? created.value;
  session.replica = replica;
  const loaded = await replica.load(world.shards);
  if (!loaded.ok) {
    world.note(`${name} cannot load: ${loaded.problems[0].message}`);
    session.replica = null;
    await replica.close();
    return null;
  }
  return replica;
}

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i + 1);

/** What a replica holds of a shard; nothing of one it has not loaded. */
export const heldOf = (replica: Replica, shard: ShardId): Held => ({
  epoch: replica.epochOf(shard),
  clocks: replica.loaded().includes(shard) ? Y.decodeStateVector(replica.stateVector(shard)) : new Map(),
});
