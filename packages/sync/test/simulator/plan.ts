/** What a run is made of, drawn from its seed. */
import type { Dice } from './chance.ts';
import type { Model } from './model.ts';

export interface Plan {
  readonly clients: number;
  readonly seconds: number;
  readonly shards: number;
  /** Mean pause between two commits of one person. */
  readonly pauseMs: number;
  readonly troubleMs: number;
  readonly skew: boolean;
  readonly mixed: boolean;
  readonly damage: boolean;
  /** Journals are compacted now and then. */
  readonly compact: boolean;
  /** The server is put back to an earlier state of its disk once. */
  readonly restore: boolean;
  /** The server begins documents anew now and then. */
  readonly epochs: boolean;
  /** People make many edits at a time. */
  readonly haste: boolean;
  readonly repeat: number;
  readonly garble: number;
}

export function planOf(dice: Dice, model: Model): Omit<Plan, 'epochs' | 'haste'> {
  const [restore, compact] = [dice.chance(0.2), dice.chance(0.5)];
  return {
    clients: dice.chance(0.8) ? 2 + dice.below(2) : 4 + dice.below(5),
    seconds: dice.between(8, 20),
    shards: dice.chance(0.6) ? 1 : 1 + dice.below(model.shards.length),
    pauseMs: dice.between(2500, 8000),
    troubleMs: dice.between(1000, 8000),
    skew: dice.chance(0.5),
    mixed: dice.chance(0.6),
    // one loss at a time: what two disks lose together nobody can give back
    damage: !restore && dice.chance(0.4),
    compact: !restore && compact,
    restore,
    repeat: dice.chance(0.3) ? 0.05 : 0,
    garble: dice.chance(0.2) ? 0.01 : 0,
  };
}
