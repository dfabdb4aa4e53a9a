/** What must hold: at every opening, all along where it is cheap, and when calm has come. */
import type { ShardId } from '@fieldfare/kernel';
import { FIRST_EPOCH, placeOfStream, streamOf } from '../../src/epochs.ts';
import { stableText } from '../../src/rows/json.ts';
import type { FoldedRow, Replica } from '../../src/types.ts';
import { type Clocks, type Held, holds, type Write } from './history.ts';
import { heldOf, type Machine, openReplica, type Session, type World } from './machine.ts';
import { causalityOf, expectedRows, judgeRow, rowPlace } from './oracle.ts';

/** What the server has acknowledged, over all its lives: stream → client → clock. */
export type Promised = Map<ShardId, Map<number, number>>;

const nothing: Held = { epoch: Number.NaN, clocks: new Map() };

/** Whether the server said, in some epoch, that it holds it. */
const isPromised = (promised: Promised, { shard, ends }: Write): boolean =>
  [...ends].some(([epoch, { client, clock }]) => (promised.get(streamOf(shard, epoch))?.get(client) ?? 0) >= clock);
const nameOf = ({ machine, shard, stamp }: Write): string => `${stamp} of ${machine} in ${shard.slice(-8)}`;

/** After an opening everything that was acknowledged stands: to a person by the laptop, to a laptop by the server. */
export function judgeOpening(world: World, machine: Machine, promised: Promised | null): string[] {
  const replica = machine.session?.replica;
  if (replica === null || replica === undefined) return [];
  const laws: string[] = [];
  const held = new Map(world.shards.map((shard) => [shard, heldOf(replica, shard)]));
  const stands = (write: Write): boolean => holds(held.get(write.shard) ?? nothing, write);
  const own = world.history.writes.slice(machine.damagedAfter).filter((write) => write.machine === machine.name);
  for (const write of own) {
    if (write.outcome === 'stored' && !stands(write)) laws.push(`SYN-REP-DURABLE ${nameOf(write)} is lost`);
    if (write.outcome !== 'open') continue;
    const parts = own.filter(({ commit }) => commit === write.commit);
    if (parts.some(stands) && !parts.every(stands)) laws.push(`SYN-REP-ATOMIC ${nameOf(write)} is there in part`);
  }
  for (const [stream, clocks] of promised ?? []) {
    const { shard, epoch } = placeOfStream(stream);
    if (epoch !== held.get(shard)?.epoch) continue; // what was promised in another one is judged write by write
    for (const [client, clock] of clocks) {
      const has = held.get(shard)?.clocks.get(client) ?? 0;
      if (has < clock)
        laws.push(
          `SYN-WIRE-ACK the server acknowledged ${client} up to ${clock} in ${shard.slice(-8)} and holds ${has}`,
        );
    }
  }
  for (const write of world.history.writes) {
    if (
      promised === null ||
      write.outcome === 'failed' ||
      write.ends.size < 2 ||
      !isPromised(promised, write) ||
      stands(write)
    )
      continue;
    laws.push(`SYN-WIRE-ACK the server acknowledged ${nameOf(write)} in an epoch before, and holds it no more`);
  }
  return laws;
}

/** SYN-REP-PENDING: what the server has not acknowledged is counted, at any moment. */
export function judgeNow(world: World, machine: Machine, promised: Promised): string[] {
  const replica = machine.session?.replica;
  if (replica === null || replica === undefined) return [];
  const open = new Set<string>();
  for (const write of world.history.writes) {
    if (write.machine !== machine.name || write.outcome !== 'stored' || write.excused) continue;
    if (!isPromised(promised, write)) open.add(write.stamp);
  }
  const { count } = replica.pending();
  return count < open.size ? [`SYN-REP-PENDING ${machine.name} counts ${count} of ${open.size}`] : [];
}

interface Copy {
  readonly machine: Machine;
  readonly session: Session;
  readonly replica: Replica;
}

function rowsOf(replica: Replica, shards: readonly ShardId[]): Map<string, FoldedRow> {
  const rows = new Map<string, FoldedRow>();
  for (const shard of shards) {
    for (const table of replica.tables(shard)) {
      for (const row of replica.rows(shard, table)) rows.set(rowPlace(shard, row.id), row);
    }
  }
  return rows;
}

const textOf = (rows: ReadonlyMap<string, FoldedRow>): string =>
  [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => stableText(row as never))
    .join('\n');

const heldText = ({ epoch, clocks }: { readonly epoch: number; readonly clocks: Clocks }): string =>
  [[epoch, 'epoch'], ...[...clocks].sort(([a], [b]) => a - b)].map((pair) => pair.join(':')).join(' ');

/** The laws of the end: everybody holds the same, it is what causality says, and nothing that was promised is missing. */
export async function judgeCalm(
  world: World,
  server: Machine,
  clients: readonly Machine[],
  promised: Promised,
): Promise<{ readonly laws: readonly string[]; readonly digest: string }> {
  const laws: string[] = [];
  const copies = [server, ...clients].flatMap((machine): Copy[] => {
    const { session } = machine;
    if (session?.replica) return [{ machine, session, replica: session.replica }];
    laws.push(`LIVE ${machine.name} did not come back`);
    return [];
  });
  const [first] = copies;
  if (first === undefined || laws.length > 0) return { laws, digest: '' };
  laws.push(...judgeOpening(world, server, promised));

  // all hold the same, and know it
  const excused = new Set(world.history.writes.filter((write) => write.excused).map(({ machine }) => machine));
  for (const shard of world.shards) {
    const expected = heldText(heldOf(first.replica, shard));
    for (const { machine, replica } of copies) {
      const clocks = heldText(heldOf(replica, shard));
      if (clocks !== expected)
        laws.push(`SYN-FOLD-SAME ${machine.name} holds ${clocks} of ${shard.slice(-8)}, the server ${expected}`);
    }
  }
  for (const { machine, session, replica } of copies) {
    const status = session.connection?.status();
    if (status === undefined || excused.has(machine.name)) continue;
    // behind a damaged frame of an epoch that is over nobody can tell what the server had: it stays counted
    const mayStick = machine.damagedAfter > 0 && world.shards.some((shard) => replica.epochOf(shard) !== FIRST_EPOCH);
    if (status.state !== 'live' || (status.pending > 0 && !mayStick) || status.refusedShards.length > 0) {
      laws.push(
        `LIVE ${machine.name} is ${status.state} with ${status.pending} pending: ${status.reason ?? status.refusedShards[0]?.reason ?? ''}`,
      );
    }
  }

  // what everybody holds is what was written
  const held = new Map(world.shards.map((shard) => [shard, heldOf(first.replica, shard)]));
  const stands = (write: Write): boolean => holds(held.get(write.shard) ?? nothing, write);
  // A write that failed, or whose machine died over it, leaves its place to the next one.
  const { writes } = world.history;
  const overtaken = (write: Write): boolean =>
    writes
      .slice(writes.indexOf(write) + 1)
      .some(
        (next) =>
          next.client === write.client &&
          next.shard === write.shard &&
          next.epoch === write.epoch &&
          next.start < write.end &&
          stands(next),
      );
  const standing = writes.filter((write) => stands(write) && (write.outcome === 'stored' || !overtaken(write)));
  const lasting = writes.filter((write) => write.outcome === 'stored' || standing.includes(write));
  const causality = causalityOf(lasting);
  const rowsOfWrites = lasting.map((write) => {
    const rows = standing.includes(write) ? write.rows : carriedRows(write, standing, causality);
    if (!write.excused && rows.length < write.rows.length) laws.push(`SYN-REP-DURABLE ${nameOf(write)} reached nobody`);
    return { write, rows };
  });
  const expected = expectedRows(rowsOfWrites, causality);
  const texts = new Map<number, { readonly name: string; readonly text: string }>();
  for (const { machine, replica } of copies) {
    const rows = rowsOf(replica, world.shards);
    const text = textOf(rows);
    const same = texts.get(machine.build);
    if (same !== undefined) {
      if (same.text !== text) laws.push(`SYN-FOLD-SAME ${machine.name} and ${same.name} show different rows`);
      continue;
    }
    texts.set(machine.build, { name: machine.name, text });
    const tables = world.model.tables(machine.build);
    for (const row of expected) {
      const at = rowPlace(row.shard, row.key);
      for (const wrong of judgeRow(rows.get(at) ?? null, row, tables)) laws.push(`${wrong} (${machine.name})`);
      rows.delete(at);
    }
    for (const row of rows.values())
      laws.push(`SYN-FOLD-SAME ${machine.name} shows ${row.table} ${row.id}, which nobody wrote`);
  }
  laws.push(...(await judgeWatches(copies)));
  const [, text = ''] = [...texts].map(([build, { text }]) => `${build} ${text}`);
  const reopened = copies[world.timeline.events() % (2 * copies.length)]; // in half of the runs nobody
  if (reopened !== undefined) laws.push(...(await judgeReopening(world, reopened)));
  return { laws, digest: hashOf(text + [...held].map(([, each]) => heldText(each)).join(' ')) };
}

/**
 * Rows of a write that stands nowhere by itself whose later writer had seen it, and stands: that one's entry has them still.
 * Its own was replaced when its epoch ended, or went with a damaged disk.
 */
function carriedRows(
  write: Write,
  standing: readonly Write[],
  causality: ReturnType<typeof causalityOf>,
): Write['rows'] {
  return write.rows.filter(({ key }) => {
    const saw = causality(write.shard, key);
    return standing.some((later) => saw(later, write));
  });
}

/** Incremental and rebuilt are one, and the same on all replicas of a build. */
async function judgeWatches(copies: readonly Copy[]): Promise<string[]> {
  const laws: string[] = [];
  const summaries = new Map<number, { readonly name: string; readonly text: string }>();
  for (const { machine, session } of copies) {
    if (session.watch === null) continue;
    for (const law of await session.watch.check()) laws.push(`${law} (${machine.name})`);
    const text = await session.watch.summary();
    const same = summaries.get(machine.build);
    if (same === undefined) summaries.set(machine.build, { name: machine.name, text });
    else if (same.text !== text) laws.push(`CNF-SAME ${machine.name} and ${same.name} derive different things`);
  }
  return laws;
}

/** SYN-REP-DISK: what is shown is what the disk gives back. */
async function judgeReopening(world: World, { machine, session, replica }: Copy): Promise<string[]> {
  const before = textOf(rowsOf(replica, world.shards));
  session.connection?.stop();
  session.alive = false;
  machine.disk.crash({ keep: 'durable' });
  const again: Session = { alive: true, replica: null, connection: null, watch: null };
  machine.session = again;
  let reopened: Replica | null = null;
  const opening = openReplica(world, machine, again, machine.name === 'server').then((opened) => {
    reopened = opened;
  });
  await world.timeline.runTo(world.timeline.now() + 2000);
  await opening;
  const text = reopened === null ? '' : textOf(rowsOf(reopened, world.shards));
  return text === before ? [] : [`SYN-REP-DISK ${machine.name} shows other rows after a restart`];
}

/** FNV-1a, for telling runs apart. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(16);
}
