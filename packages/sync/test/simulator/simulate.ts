/**
 * Two to eight laptops and a server, real but for clock, network and disks, through a few bad minutes and then into calm.
 * Everything a run does follows from its seed. What must hold is in laws.ts; what is told is enough to run it again.
 */
import { judgeCalm } from './laws.ts';
import { work } from './people.ts';
import { createProcesses, type Processes } from './processes.ts';
import { createRun, HOUR, type Run, type SimulateOptions } from './run.ts';
import { createTrouble } from './trouble.ts';
import { createWires } from './wires.ts';

export type { Seams } from './machine.ts';
export type { Build, Model, Watch } from './model.ts';
export { rowsModel } from './rows-model.ts';
export type { SimulateOptions } from './run.ts';

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

export async function simulate(seed: number, options: SimulateOptions): Promise<Report> {
  const run = createRun(seed, options);
  const { world, plan, server, clients, machines, promised } = run;
  const { timeline, history, model } = world;
  const processes = createProcesses(run, createWires(run), (machine, session) => work(run, machine, session));
  const trouble = createTrouble(run, processes);

  processes.start(server);
  await timeline.runTo(1000);
  if (model.first.length > 0) {
    void server.session?.replica?.commit(model.first, server.user);
    await timeline.runTo(2000);
  }
  for (const machine of clients) processes.start(machine);
  trouble.keepTroubling();
  if (plan.epochs) trouble.keepBeginning();
  if (plan.restore) processes.planRestore();
  await timeline.runTo(timeline.now() + plan.seconds * 1000);
  await calmDown(run, processes);
  run.found(history.broken);
  const { laws, digest } = await judgeCalm(world, server, clients, promised);
  run.found(laws);
  for (const machine of machines) {
    const { session } = machine;
    await session?.watch?.stop();
    session?.connection?.stop();
    if (session !== null) session.alive = false;
  }
  const stored = new Set(history.writes.filter(({ outcome }) => outcome === 'stored').map(({ stamp }) => stamp));
  return {
    seed,
    broken: run.broken,
    trace: run.trace,
    replicas: machines.length,
    events: timeline.events(),
    stored: stored.size,
    crashes: run.crashes,
    together: run.together,
    digest: `${timeline.events()} ${digest}`,
  };
}

/** Everything works again; then four days pass, so that no clock is ahead any more. */
async function calmDown(run: Run, { start }: Processes): Promise<void> {
  const { world, server, clients, machines, links, cutOff } = run;
  const { timeline } = world;
  run.calm = true;
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
