/** What runs on the machines: starts, deaths, restarts, and disks that are put back or harmed meanwhile. */
import { fail, ok, problem } from '@fieldfare/kernel';
import { createConnection } from '../../src/connection/connection.ts';
import type { Replica } from '../../src/types.ts';
import { holds } from './history.ts';
import { judgeNow, judgeOpening } from './laws.ts';
import { heldOf, type Machine, openReplica, type Session } from './machine.ts';
import type { Build } from './model.ts';
import { HOUR, type Run } from './run.ts';
import type { Wires } from './wires.ts';

export interface Processes {
  /** Nothing when one runs already. */
  start(machine: Machine): void;
  /** The process dies, or the machine with it: then what was not flushed is gone or torn. */
  crash(machine: Machine, keep: 'durable' | 'random-prefix' | 'all'): void;
  restartLater(machine: Machine): void;
  /** What the server's disk held at some moment comes back in place of what it holds. */
  planRestore(): void;
}

/** `work`: what people do with a laptop that is up. */
export function createProcesses(run: Run, wires: Wires, work: (machine: Machine, session: Session) => void): Processes {
  const { world, plan, dice, server, clients, machines, links, cutOff, told, promised } = run;
  const { timeline, history, model } = world;

  const start = (machine: Machine): void => {
    if (machine.session === null) void (machine === server ? startServer() : startClient(machine));
  };

  /** A new process over the machine's disk; null: the disk does not let it, and it tries again later. */
  async function boot(machine: Machine): Promise<{ readonly session: Session; readonly replica: Replica } | null> {
    const session: Session = { alive: true, replica: null, connection: null, watch: null };
    machine.session = session;
    const replica = await openReplica(world, machine, session, machine === server);
    if (replica !== null) return { session, replica };
    down(machine);
    timeline.after(500, () => start(machine));
    return null;
  }

  async function startServer(): Promise<void> {
    if ((await boot(server)) === null) return;
    run.found(judgeOpening(world, server, promised));
    world.note('server is up');
  }

  async function startClient(machine: Machine): Promise<void> {
    const booted = await boot(machine);
    if (booted === null) return;
    const { session, replica } = booted;
    run.found(judgeOpening(world, machine, null));
    run.found(judgeNow(world, machine, told));
    session.watch = model.watch?.(replica) ?? null;
    const connection = createConnection({
      replica,
      url: 'simulated',
      openSocket: () => wires.dial(machine, session),
      accessToken: async () => {
        if (cutOff.has(machine) && machine.dice.chance(0.3)) return fail(problem('offline', 'no network'));
        const until =
          !run.calm && machine.dice.chance(0.2) ? ` ${server.clock.now() + machine.dice.between(2000, 60_000)}` : '';
        return ok(`${machine.name}${until}`);
      },
      clock: machine.clock,
      random: machine.dice,
      setTimer: (callback, ms) => timeline.after(ms, callback, session),
      giveBack: (stream, updates) => wires.giveBack(machine, session, stream, updates),
      deviceId: machine.name,
    });
    session.connection = connection;
    connection.follow(world.shards);
    connection.start();
    world.note(`${machine.name} is up, build ${machine.build}, clock ${(machine.skew / HOUR).toFixed(1)} h off`);
    if (!run.calm) work(machine, session);
  }

  function down(machine: Machine): void {
    const { session } = machine;
    if (session !== null) session.alive = false;
    void session?.watch?.stop();
    machine.session = null;
  }

  function crash(machine: Machine, keep: 'durable' | 'random-prefix' | 'all'): void {
    if (machine.session === null) return;
    run.crashes += 1;
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

  return { start, crash, restartLater, planRestore };
}
