/**
 * What the server turned down: for whoever looks for a fault, and what becomes of it.
 *
 *  SYN-CON-PIECES  edits that go together are refused together, though only one of them may be at fault, or only all of them
 *                  too much at once: they go commit by commit then
 *  SYN-CON-DRIFT   edits stamped too far ahead are sent again every `DRIFT_RETRY_MS` until the server takes them
 */
import type { Clock, Problem, ShardId } from '@fieldfare/kernel';
import type { Refusal } from '../types.ts';

/** Refusals kept for whoever looks for a fault. */
const MAX_REFUSALS = 50;

export const DRIFT_RETRY_MS = 5 * 60_000;

/** Refused as a whole; the parts, or some of them, may be taken. */
const PARTS_MAY_PASS: ReadonlySet<string> = new Set(['SYN-GUARD-SIZE', 'SYN-GUARD-COST', 'SYN-GUARD-DRIFT']);

/** `joined`: several edits may have been refused as one. */
export const partsMayPass = ({ rule = '' }: Problem, joined: boolean): boolean =>
  PARTS_MAY_PASS.has(rule) || (joined && rule.startsWith('SYN-GUARD-'));

export interface Refusals {
  note(shard: ShardId, what: Problem): void;
  /** The latest, newest first. */
  latest(): readonly Refusal[];
  /** Edits of the shard are stamped too far ahead. */
  tryLater(shard: ShardId): void;
  /** There is no link any more, so nothing to try again. */
  unlinked(): void;
}

export function createRefusals(options: {
  readonly clock: Clock;
  readonly setTimer: (run: () => void, ms: number) => () => void;
  readonly again: (shard: ShardId) => void;
}): Refusals {
  const { clock, setTimer, again } = options;
  let refusals: readonly Refusal[] = [];
  /** Shards with edits stamped too far ahead, and how not to try them again. */
  const early = new Map<ShardId, () => void>();
  return {
    note(shard, { rule, code, message }) {
      refusals = [{ at: clock.now(), shard, rule: rule ?? code, message }, ...refusals].slice(0, MAX_REFUSALS);
    },
    latest: () => refusals,
    tryLater(shard) {
      early.get(shard)?.();
      const retry = (): void => {
        early.delete(shard);
        again(shard);
      };
      early.set(shard, setTimer(retry, DRIFT_RETRY_MS));
    },
    unlinked() {
      for (const cancel of early.values()) cancel();
      early.clear();
    },
  };
}
