/**
 * Two to eight laptops and a server, real but for clock, network and disks, through a few bad minutes and then into calm.
 * Everything a run does follows from its seed. What must hold is in laws.ts; what is told is enough to run it again.
 */
import { fail, ok, problem, type ShardId } from '@fieldfare/kernel';
import * as Y from 'yjs';
import { createConnection } from '../../src/connection/connection.ts';
import { placeOfStream, streamOf } from '../../src/epochs.ts';
import { spanOf } from '../../src/join.ts';
import { takeBackLost } from '../../src/lost-epoch.ts';
import { decodeFrame } from '../../src/protocol/messages.ts';
import { servePeer } from '../../src/protocol/peer.ts';
import type { Outgoing, SocketLike } from '../../src/types.ts';
import { createDice } from './chance.ts';
import { type Clocks, createHistory, holds, type Write } from './history.ts';
import { judgeCalm, judgeNow, judgeOpening, type Promised } from './laws.ts';
import {
  createMachine,
  heldOf,
  type Machine,
  openReplica,
  type Seams,
  type Session,
  TENANT,
  type World,
} from './machine.ts';
import type { Build, Model } from './model.ts';
import { createLink, type Link } from './network.ts';
import { type Plan, planOf } from './plan.ts';
import { RECEIPTS } from './receipts.ts';
import { createTimeline } from './timeline.ts';

export type { Seams } from './machine.ts';
export type { Build, Model, Watch } from './model.ts';
export { rowsModel } from './rows-model.ts';

const HOUR = 3_600_000;

function note(promised: Promised, shard: ShardId, clocks: Clocks): void {
  const known = promised.get(shard) ?? new Map<number, number>();
  promised.set(shard, known);
  for (const [client, clock] of clocks) known.set(client, Math.max(known.get(client) ?? 0, clock));
}

export interface Report {
  readonly seed: number;
  /** Laws that were broken; empty: none. */
  readonly broken: readonly string[];
  readonly trace: readonly string[];
  readonly replicas: number;
  readonly events: number;
  /** Commits that were acknowledged to the person who made them. */
  readonly stored: number;
  readonly crashes: number;
  /** Updates that were sent with several writes in them. */
  readonly together: number;
  /** Equal for two runs that did the same. */
  readonly digest: string;
}

export interface SimulateOptions {
  readonly model: Model;
  readonly seams?: Seams;
  /** Keep a trace: slower. */
  readonly traced?: boolean;
  /** Parts of the plan that are not left to the seed. */
  readonly plan?: Partial<Plan>;
}

export async function simulate(seed: number, options: SimulateOptions): Promise<Report> {
  const { model, traced = false } = options;
  const dice = createDice(seed);
  // by dice of their own: runs in which no epoch begins are as they were before there were any
  const epochDice = createDice(seed * 31 + 5);
  const drawn = { ...planOf(dice, model), ...options.plan };
  const haste = createDice(seed * 31 + 3).chance(0.3);
  const plan: Plan = { epochs: epochDice.chance(0.4), haste, ...drawn };
  const timeline = createTimeline();
  const history = createHistory();
  const trace: string[] = [];
  const world: World = {
    timeline,
    history,
    model,
    seams: options.seams ?? {},
    shards: model.shards.slice(0, Math.max(plan.shards, model.leastShards)),
    leap: 0,
    note: (line) => {
      if (traced) trace.push(`${(timeline.now() / 1000).toFixed(3).padStart(8)}  ${line}`);
    },
  };
  const broken: string[] = [];
  const found = (laws: readonly string[]): void => {
    for (const law of laws) {
      if (broken.includes(law)) continue;
      broken.push(law);
      world.note(`BROKEN ${law}`);
    }
  };
  const buildOf = (): Build => (plan.mixed ? ((dice.below(3) - 1) as Build) : 0);
  const skewOf = (): number => (plan.skew ? Math.round(dice.between(-48, 48) * HOUR) : 0);
  const server = createMachine(world, 'server', createDice(seed * 31 + 7), buildOf());
  const clients = Array.from({ length: plan.clients }, (_, i) => {
    const machine = createMachine(world, `desk${i + 1}`, createDice(seed * 31 + 11 + i), buildOf());
    machine.skew = skewOf();
    return machine;
  });
  const machines = [server, ...clients];
  /** What the server has acknowledged; and since it was last put back to an earlier state. */
  const told: Promised = new Map();
  const promised: Promised = new Map();
  const links = new Set<{ readonly link: Link; readonly from: Machine }>();
  const cutOff = new Set<Machine>();
  let calm = false;
  let ordinal = 0;
  let crashes = 0;
  let together = 0;

  // ---- network ----------------------------------------------------------------------------------------------------

  /** Writes of one session. */
  function holdsSeveral(update: Uint8Array): boolean {
    const span = spanOf(update);
    if (span === null) return false;
    const inIt = ({ client, start, end }: Write): boolean =>
      client === span.client && start >= span.from && end <= span.end && start < end;
    return history.writes.filter(inIt).length > 1;
  }

  /** What the server says it holds durably, as it says it. */
  function listen(link: Link): void {
    /** Channel → shard, and once it is open, stream. */
    const channels = new Map<number, ShardId>();
    link.onSend = (from, bytes) => {
      const frame = decodeFrame(bytes);
      if (!frame.ok) return;
      if ('control' in frame.value) {
        const { control } = frame.value;
        if (from === 'client' && control.type === 'open') channels.set(control.channel, control.shard);
        if (from === 'server' && control.type === 'opened') {
          const { shard } = placeOfStream(channels.get(control.channel) ?? '');
          channels.set(control.channel, streamOf(shard, control.epoch));
        }
        return;
      }
      const shard = channels.get(frame.value.channel);
      const message = frame.value.shard;
      if (from === 'client' && message.type === 'update' && holdsSeveral(message.update)) together += 1;
      if (from === 'client' || shard === undefined) return;
      const clocks =
        message.type === 'ack'
          ? message.clocks
          : message.type === 'step1'
            ? Y.decodeStateVector(message.stateVector)
            : new Map<number, number>();
      for (const known of [told, promised]) note(known, shard, clocks);
    };
  }

  function dial(from: Machine, session: Session): SocketLike {
    const faults = { repeat: calm ? 0 : plan.repeat, garble: calm ? 0 : plan.garble };
    const link = createLink({ timeline, dice, faults, clientOwner: session });
    links.add({ link, from });
    if (cutOff.has(from)) {
      if (dice.chance(0.5)) link.cut(3000);
      else link.silence('both');
      return link.client;
    }
    listen(link);
    timeline.after(dice.between(1, 150), () => {
      const process = server.session;
      const { replica } = process ?? {};
      if (process === null || replica === null || replica === undefined) {
        link.cut(500);
        return;
      }
      link.accept(process);
      servePeer({
        socket: link.server,
        authenticate: async (token) => {
          const [name = '', until = ''] = token.split(' ');
          const machine = clients.find((client) => client.name === name);
          if (machine === undefined) return fail(problem('unauthenticated', 'no such token'));
          return ok({
            tenantId: TENANT,
            userId: machine.user,
            deviceId: machine.name,
            name: machine.user,
            roles: [{ role: 'coordinator' as const, regionIds: [model.regionId] }],
            ...(until === '' ? {} : { expiresAt: Number(until) }),
          });
        },
        openTenant: async () => ok(replica),
        receipts: () => (world.seams.receipts === false ? null : RECEIPTS),
        clock: server.clock,
        setTimer: (run, ms) => timeline.after(ms, run, process),
      });
      link.open();
    });
    return link.client;
  }

  /** As over HTTP: it may get there or not, and the answer may not come back. */
  async function giveBack(from: Machine, session: Session, stream: ShardId, updates: readonly Outgoing[]) {
    const lost = fail(problem('offline', 'no network'));
    await timeline.sleep(dice.between(5, 300), session);
    const replica = server.session?.replica;
    if (!replica || cutOff.has(from) || world.seams.giveBack === false) return lost;
    const giver = { subject: from.user, device: from.name };
    const turn = (): Promise<void> => Promise.resolve();
    const taken = await takeBackLost(replica, RECEIPTS, giver, stream, updates, turn);
    world.note(`${from.name} gives back ${stream.slice(-16)}: ${taken.ok ? taken.value : taken.problems[0].message}`);
    await timeline.sleep(dice.between(5, 300), session);
    return taken.ok && !cutOff.has(from) ? ok(undefined) : lost;
  }

  // ---- processes --------------------------------------------------------------------------------------------------

  const start = (machine: Machine): void => {
    if (machine.session === null) void (machine === server ? startServer() : startClient(machine));
  };

  async function startServer(): Promise<void> {
    const session: Session = { alive: true, replica: null, connection: null, watch: null };
    server.session = session;
    const replica = await openReplica(world, server, session, true);
    if (replica === null) {
      down(server);
      timeline.after(500, () => start(server));
      return;
    }
    found(judgeOpening(world, server, promised));
    world.note('server is up');
  }

  async function startClient(machine: Machine): Promise<void> {
    const session: Session = { alive: true, replica: null, connection: null, watch: null };
    machine.session = session;
    const replica = await openReplica(world, machine, session, false);
    if (replica === null) {
      down(machine);
      timeline.after(500, () => start(machine));
      return;
    }
    found(judgeOpening(world, machine, null));
    found(judgeNow(world, machine, told));
    session.watch = model.watch?.(replica) ?? null;
    const connection = createConnection({
      replica,
      url: 'simulated',
      openSocket: () => dial(machine, session),
      accessToken: async () => {
        if (cutOff.has(machine) && machine.dice.chance(0.3)) return fail(problem('offline', 'no network'));
        const until =
          !calm && machine.dice.chance(0.2) ? ` ${server.clock.now() + machine.dice.between(2000, 60_000)}` : '';
        return ok(`${machine.name}${until}`);
      },
      clock: machine.clock,
      random: machine.dice,
      setTimer: (run, ms) => timeline.after(ms, run, session),
      giveBack: (stream, updates) => giveBack(machine, session, stream, updates),
      deviceId: machine.name,
    });
    session.connection = connection;
    connection.follow(world.shards);
    connection.start();
    world.note(`${machine.name} is up, build ${machine.build}, clock ${(machine.skew / HOUR).toFixed(1)} h off`);
    if (!calm) work(machine, session);
  }

  function down(machine: Machine): void {
    const { session } = machine;
    if (session !== null) session.alive = false;
    void session?.watch?.stop();
    machine.session = null;
  }

  /** The process dies, or the machine with it: then what was not flushed is gone or torn. */
  function crash(machine: Machine, keep: 'durable' | 'random-prefix' | 'all'): void {
    if (machine.session === null) return;
    crashes += 1;
    world.note(`${machine.name} dies (${keep})`);
    down(machine);
    machine.disk.crash({ keep, random: dice });
    for (const each of links) {
      if (machine !== server && each.from !== machine) continue;
      links.delete(each);
      if (keep !== 'durable') each.link.cut(500);
      else if (dice.chance(0.5))
        each.link.silence('both'); // the other end has to find out by itself
      else each.link.cut(500);
    }
  }

  /** What the server's disk held at some moment comes back in place of what it holds. */
  function planRestore(): void {
    let backup: ReadonlyMap<string, Uint8Array> = new Map();
    timeline.after(dice.between(0.1, 0.6) * plan.seconds * 1000, () => {
      backup = new Map(server.disk.names().map((name) => [name, server.disk.bytesOf(name)]));
      world.note('the server is backed up');
    });
    timeline.after(dice.between(0.65, 0.95) * plan.seconds * 1000, () => {
      if (server.session === null) return;
      crash(server, 'durable');
      excuse(server, clients);
      promised.clear();
      server.disk.wipe();
      for (const [name, bytes] of backup) server.disk.put(name, bytes);
      world.note('the server is restored');
      restartLater(server);
    });
  }

  /** What nobody but this machine holds may be lost: nothing can bring it back. */
  function excuse(machine: Machine, others: readonly Machine[]): void {
    const elsewhere = others.flatMap(({ session }) => (session?.replica ? [session.replica] : []));
    for (const write of history.writes) {
      const held = elsewhere.some((replica) => holds(heldOf(replica, write.shard), write));
      if (!held && (machine === server || write.machine === machine.name)) write.excused = true;
    }
  }

  /** A bit flips on a disk nobody uses just now. */
  function damage(machine: Machine): void {
    const files = machine.disk.names().filter((name) => machine.disk.bytesOf(name).length > 0);
    if (files.length === 0) return;
    excuse(machine, machines);
    machine.damagedAfter = history.writes.length;
    const file = dice.pick(files);
    const offset = dice.below(machine.disk.bytesOf(file).length);
    machine.disk.flipBit(file, offset, dice.below(8));
    world.note(`a bit of ${machine.name}'s ${file} flips at ${offset}`);
  }

  function restartLater(machine: Machine): void {
    timeline.after(dice.between(200, 15_000), () => {
      if (machine.session !== null) return;
      if (machine !== server && plan.damage && dice.chance(0.8)) damage(machine);
      if (plan.mixed && machine.build < 1 && dice.chance(0.3)) machine.build = (machine.build + 1) as Build;
      start(machine);
    });
  }

  // ---- people -----------------------------------------------------------------------------------------------------

  function work(machine: Machine, session: Session): void {
    const { replica } = session;
    if (replica === null) return;
    timeline.after(
      -Math.log(1 - machine.dice.float()) * plan.pauseMs,
      () => {
        if (calm) return;
        void (async () => {
          const burst = machine.dice.chance(0.2) ? 1 + machine.dice.below(4) : 1;
          for (let i = 0; i < (plan.haste ? 3 : 1) * burst; i++) {
            ordinal += 1;
            const desk = { replica, build: machine.build, dice: machine.dice, shards: world.shards, ordinal };
            if (!(await replica.load(world.shards)).ok) return;
            const changes = model.act(desk);
            if (changes.length === 0) continue;
            const written = await replica.commit(changes, machine.user);
            world.note(
              `${machine.name} writes ${changes.map(({ table, id, set }) => `${table} ${id.slice(0, 4)} ${JSON.stringify(set)}`).join(', ')}: ${written.ok ? written.value.stamp : written.problems[0].message}`,
            );
          }
        })();
        found(judgeNow(world, machine, told));
        work(machine, session);
      },
      session,
    );
  }

  // ---- trouble ----------------------------------------------------------------------------------------------------

  const linksOf = (machine: Machine): Link[] =>
    [...links].filter(({ from }) => from === machine).map(({ link }) => link);

  function partition(): void {
    const some = clients.filter(() => dice.chance(0.5));
    world.note(`cut off: ${some.map(({ name }) => name).join(' ')}`);
    for (const machine of some) {
      cutOff.add(machine);
      for (const link of linksOf(machine)) breakLink(link);
    }
    timeline.after(dice.between(2000, 40_000), () => {
      for (const machine of some) cutOff.delete(machine);
      world.note(`together again: ${some.map(({ name }) => name).join(' ')}`);
    });
  }

  function breakLink(link: Link): void {
    const how = dice.below(4);
    if (how === 0) link.cut(dice.between(0, 4000));
    else if (how === 1) link.silence(dice.pick(['client', 'server', 'both'] as const));
    else if (how === 2) link.stall(dice.between(500, 50_000));
    else link.cut(0);
  }

  function trouble(): void {
    const victim = dice.pick(clients);
    const what = dice.below(10);
    if (what <= 1) {
      for (const link of linksOf(victim)) breakLink(link);
      world.note(`the link of ${victim.name} breaks`);
    } else if (what <= 3) partition();
    else if (what <= 5) {
      const machine = what === 4 ? server : victim;
      crash(machine, dice.pick(['durable', 'random-prefix', 'all'] as const));
      restartLater(machine);
    } else if (what === 6) {
      const machine = dice.pick(machines);
      const fault = {
        op: dice.pick(['append', 'flush', 'flush', 'truncate', 'open'] as const),
        nth: 1 + dice.below(3),
      };
      world.note(`the disk of ${machine.name} will fail at ${fault.op} ${fault.nth}`);
      machine.disk.plan({ ...fault, code: dice.chance(0.5) ? 'io' : 'full', partial: dice.float() });
      timeline.after(dice.between(1000, 8000), machine.disk.heal);
    } else if (what === 7) {
      const machine = dice.pick(machines);
      world.note(`the disk of ${machine.name} is full`);
      machine.disk.setCapacity(0);
      timeline.after(dice.between(500, 5000), () => machine.disk.setCapacity(Number.POSITIVE_INFINITY));
    } else if (what === 8 && plan.skew) {
      victim.skew = skewOf();
      world.note(`the clock of ${victim.name} is ${(victim.skew / HOUR).toFixed(1)} h off`);
    } else {
      const machine = dice.pick(machines);
      const { session } = machine;
      if (plan.compact && dice.chance(0.7) && session?.replica) {
        world.note(`${machine.name} compacts its journal`);
        void session.replica.compact(() => timeline.sleep(dice.between(0, 200), session));
      } else session?.replica?.unload([dice.pick(world.shards)]);
    }
  }

  function keepTroubling(): void {
    timeline.after(dice.between(0.2, 1.8) * plan.troubleMs, () => {
      if (calm) return;
      trouble();
      keepTroubling();
    });
  }

  /** Now and then a document of the server's is begun anew. */
  function keepBeginning(): void {
    timeline.after(epochDice.between(1000, 8000), () => {
      const replica = server.session?.replica;
      if (calm) return;
      if (replica) {
        const shard = epochDice.pick(world.shards);
        world.note(`the server begins ${shard.slice(-8)} anew`);
        void replica.beginEpoch(shard, replica.epochOf(shard));
      }
      keepBeginning();
    });
  }

  /** Everything works again; then four days pass, so that no clock is ahead any more. */
  async function calmDown(): Promise<void> {
    calm = true;
    world.note('calm');
    cutOff.clear();
    for (const machine of machines) {
      machine.disk.heal();
      machine.disk.setCapacity(Number.POSITIVE_INFINITY);
    }
    for (const { link } of links) link.cut(200);
    links.clear();
    await timeline.runTo(timeline.now() + 16_000); // whoever was down is up by then
    for (const machine of machines) start(machine);
    await timeline.runTo(timeline.now() + 75_000);
    world.leap = 97 * HOUR;
    world.note('four days later');
    for (const { session } of clients) {
      if (session?.replica) await session.replica.load(world.shards);
      session?.connection?.retryNow();
    }
    await timeline.runTo(timeline.now() + 75_000);
    if (server.session?.replica) await server.session.replica.load(world.shards);
    for (const { session } of clients) if (session?.replica) await session.replica.load(world.shards);
  }

  start(server);
  await timeline.runTo(1000);
  if (model.first.length > 0) {
    void server.session?.replica?.commit(model.first, server.user);
    await timeline.runTo(2000);
  }
  for (const machine of clients) start(machine);
  keepTroubling();
  if (plan.epochs) keepBeginning();
  if (plan.restore) planRestore();
  await timeline.runTo(timeline.now() + plan.seconds * 1000);
  await calmDown();
  found(history.broken);
  const { laws, digest } = await judgeCalm(world, server, clients, promised);
  found(laws);
  for (const machine of machines) {
    const { session } = machine;
    await session?.watch?.stop();
    session?.connection?.stop();
    if (session !== null) session.alive = false;
  }
  const stored = new Set(history.writes.filter(({ outcome }: Write) => outcome === 'stored').map(({ stamp }) => stamp));
  return {
    seed,
    broken,
    trace,
    replicas: machines.length,
    events: timeline.events(),
    stored: stored.size,
    crashes,
    together,
    digest: `${timeline.events()} ${digest}`,
  };
}
