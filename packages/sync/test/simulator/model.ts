/** What a simulated organisation stores and does. The machinery around it knows no table. */
import type { AnyTable, RowChange, ShardId } from '@fieldfare/kernel';
import type { Replica } from '../../src/types.ts';
import type { Dice } from './chance.ts';

/** N−1, N, N+1. */
export type Build = -1 | 0 | 1;

export interface Desk {
  readonly replica: Replica;
  readonly build: Build;
  readonly dice: Dice;
  /** Shards of this run. */
  readonly shards: readonly ShardId[];
  /** Grows with every commit of the run: material for values that tell writes apart. */
  readonly ordinal: number;
}

/** Something kept in step with one replica by what it reports. */
export interface Watch {
  /** What is wrong with it: against the replica's own rows, or in itself. */
  check(): Promise<readonly string[]> | readonly string[];
  /** Equal on replicas of one build that hold the same. */
  summary(): Promise<string> | string;
  stop(): Promise<void> | void;
}

export interface Model {
  /** The region everybody works in. */
  readonly regionId: string;
  /** Some of these are used by a run, from the first on. */
  readonly shards: readonly ShardId[];
  /** So many of them at least. */
  readonly leastShards: number;
  tables(build: Build): ReadonlyMap<string, AnyTable>;
  /** What stands before anybody begins. */
  readonly first: readonly RowChange[];
  /** One commit's changes; empty: nothing to do. */
  act(desk: Desk): readonly RowChange[];
  watch?(replica: Replica): Watch;
}
