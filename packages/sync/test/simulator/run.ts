/** What all parts of one run share: its dice, its machines, what stands between them, and what was found broken. */
import { createDice, type Dice } from './chance.ts';
import { createHistory } from './history.ts';
import type { Promised } from './laws.ts';
import { createMachine, type Machine, type Seams, type World } from './machine.ts';
import type { Build, Model } from './model.ts';
import type { Link } from './network.ts';
import { type Plan, planOf } from './plan.ts';
import { createTimeline } from './timeline.ts';

export const HOUR = 3_600_000;

export interface SimulateOptions {
  readonly model: Model;
  readonly seams?: Seams;
  /** Keep a trace: slower. */
  readonly traced?: boolean;
  /** Parts of the plan that are not left to the seed. */
  readonly plan?: Partial<Plan>;
}

export interface Run {
  readonly world: World;
  readonly plan: Plan;
  readonly dice: Dice;
  /** Their own: runs in which no epoch begins are as they were before there were any. */
  readonly epochDice: Dice;
  readonly server: Machine;
  readonly clients: readonly Machine[];
  /** The server and the clients. */
  readonly machines: readonly Machine[];
  readonly links: Set<{ readonly link: Link; readonly from: Machine }>;
  /** Who has no network just now. */
  readonly cutOff: Set<Machine>;
  /** What the server has acknowledged; and since it was last put back to an earlier state. */
  readonly told: Promised;
  readonly promised: Promised;
  /** Nothing goes wrong any more, and nobody writes. */
  calm: boolean;
  /** Writing people number what they do. */
  ordinal: number;
  crashes: number;
  /** Updates that were sent with several writes in them. */
  together: number;
  readonly broken: readonly string[];
  readonly trace: readonly string[];
  /** Laws that were broken, each told once. */
  found(laws: readonly string[]): void;
  /** How wrong a clock may be in this run, ms. */
  skewOf(): number;
}

export function createRun(seed: number, options: SimulateOptions): Run {
  const { model, traced = false } = options;
  const dice = createDice(seed);
  const epochDice = createDice(seed * 31 + 5);
  const drawn = { ...planOf(dice, model), ...options.plan };
  const haste = createDice(seed * 31 + 3).chance(0.3);
  const plan: Plan = { epochs: epochDice.chance(0.4), haste, ...drawn };
  const timeline = createTimeline();
  const trace: string[] = [];
  const world: World = {
    timeline,
    history: createHistory(),
    model,
    seams: options.seams ?? {},
    shards: model.shards.slice(0, Math.max(plan.shards, model.leastShards)),
    leap: 0,
    note: (line) => {
      if (traced) trace.push(`${(timeline.now() / 1000).toFixed(3).padStart(8)}  ${line}`);
    },
  };
  const broken: string[] = [];
  const buildOf = (): Build => (plan.mixed ? ((dice.below(3) - 1) as Build) : 0);
  const skewOf = (): number => (plan.skew ? Math.round(dice.between(-48, 48) * HOUR) : 0);
  const server = createMachine(world, 'server', createDice(seed * 31 + 7), buildOf());
  const clients = Array.from({ length: plan.clients }, (_, i) => {
    const machine = createMachine(world, `desk${i + 1}`, createDice(seed * 31 + 11 + i), buildOf());
    machine.skew = skewOf();
    return machine;
  });
  return {
    ...{ world, plan, dice, epochDice, server, clients, machines: [server, ...clients] },
    links: new Set(),
    cutOff: new Set(),
    told: new Map(),
    promised: new Map(),
    ...{ calm: false, ordinal: 0, crashes: 0, together: 0 },
    ...{ broken, trace },
    found(laws) {
      for (const law of laws) {
        if (broken.includes(law)) continue;
        broken.push(law);
        world.note(`BROKEN ${law}`);
      }
    },
    skewOf,
  };
}
