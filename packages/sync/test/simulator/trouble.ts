/** What goes wrong: links, partitions, crashes, disks, clocks; and documents that the server begins anew. */
import type { Machine } from './machine.ts';
import type { Link } from './network.ts';
import type { Processes } from './processes.ts';
import { HOUR, type Run } from './run.ts';

export interface Trouble {
  keepTroubling(): void;
  /** Now and then a document of the server's is begun anew. */
  keepBeginning(): void;
}

export function createTrouble(run: Run, processes: Processes): Trouble {
  const { world, plan, dice, epochDice, server, clients, machines, links, cutOff } = run;
  const { timeline } = world;

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
      processes.crash(machine, dice.pick(['durable', 'random-prefix', 'all'] as const));
      processes.restartLater(machine);
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
      victim.skew = run.skewOf();
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
      if (run.calm) return;
      trouble();
      keepTroubling();
    });
  }

  function keepBeginning(): void {
    timeline.after(epochDice.between(1000, 8000), () => {
      const replica = server.session?.replica;
      if (run.calm) return;
      if (replica) {
        const shard = epochDice.pick(world.shards);
        world.note(`the server begins ${shard.slice(-8)} anew`);
        void replica.beginEpoch(shard, replica.epochOf(shard));
      }
      keepBeginning();
    });
  }

  return { keepTroubling, keepBeginning };
}
