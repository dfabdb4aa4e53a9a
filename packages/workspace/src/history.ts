/**
 * Undo and redo as new changes that set fields back: they are stamped, journalled and synced like any other edit,
 * so everybody sees an undo the way they saw the edit.
 *
 *  WSP-UNDO-OWN    only this session's own commands are undone, last first
 *  WSP-UNDO-STALE  a command is undone only while every field it set still carries its stamp: what a colleague
 *                  changed since is never overwritten; the command is dropped from the stack and the caller told
 *  WSP-UNDO-CLASH  what a colleague changed who had seen neither the edit nor the undo clashes with the undo, once: both
 *                  answers are kept and shown
 */

import type { CommandInfo, History } from '@fieldfare/domain';
import {
  type AnyTable,
  type Clock,
  fail,
  type JsonValue,
  ok,
  problem,
  type Result,
  type RowChange,
  type ShardId,
} from '@fieldfare/kernel';
import type { CommitReceipt, FoldedRow } from '@fieldfare/sync';

interface Done {
  readonly label: string;
  readonly changes: readonly RowChange[];
  readonly receipt: CommitReceipt;
}

const LIMIT = 100;

export interface HistoryStack extends History {
  record(command: CommandInfo, changes: readonly RowChange[], receipt: CommitReceipt): void;
}

/** By table: see `TableDef.unset`. */
export type UnsetValues = (table: string) => AnyTable['unset'];

/**
 * The changes that bring back `before`. A row that was deleted is deleted again, and so is one that did not exist; but where a
 * colleague may have created the same row, it says nothing again.
 */
export function invert(
  changes: readonly RowChange[],
  before: readonly (FoldedRow | null)[],
  unset: UnsetValues,
  deletedAt: string,
): RowChange[] {
  return changes.map((change, index) => {
    const old = before[index] ?? null;
    if (old === null) return { ...change, set: unset(change.table) ?? { deletedAt } };
    const set: Record<string, JsonValue> = {};
    for (const field of Object.keys(change.set)) set[field] = old.fields[field] ?? null;
    return { ...change, set };
  });
}

export function createHistory(options: {
  readonly clock: Clock;
  readonly row: (shard: ShardId, table: string, id: string) => FoldedRow | null;
  readonly commit: (changes: readonly RowChange[]) => Promise<Result<CommitReceipt>>;
  readonly unset: UnsetValues;
}): HistoryStack {
  const { clock, row, commit, unset } = options;
  const undoable: Done[] = [];
  const redoable: Done[] = [];
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  const untouchedSince = ({ changes, receipt }: Done): boolean =>
    changes.every((change) => {
      const now = row(change.shard, change.table, change.id);
      return now !== null && Object.keys(change.set).every((field) => now.stamps[field] === receipt.stamp);
    });

  const step = async (from: Done[], to: Done[]): Promise<Result<{ readonly label: string }>> => {
    const done = from.pop();
    if (!done) return fail(problem('not-found', 'there is nothing to go back to', { rule: 'WSP-UNDO-OWN' }));
    const { label } = done;
    if (!untouchedSince(done)) {
      changed();
      return fail(
        problem('conflict', `"${label}" was not undone: somebody has changed the same fields since`, {
          rule: 'WSP-UNDO-STALE',
        }),
      );
    }
    const changes = invert(done.changes, done.receipt.before, unset, new Date(clock.now()).toISOString());
    const receipt = await commit(changes);
    if (!receipt.ok) {
      from.push(done);
      return receipt;
    }
    to.push({ label, changes, receipt: receipt.value });
    changed();
    return ok({ label });
  };

  return {
    state: () => ({ undo: undoable.at(-1)?.label ?? null, redo: redoable.at(-1)?.label ?? null }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    undo: () => step(undoable, redoable),
    redo: () => step(redoable, undoable),
    record(command, changes, receipt) {
      undoable.push({ label: command.label, changes, receipt });
      if (undoable.length > LIMIT) undoable.shift();
      redoable.length = 0;
      changed();
    },
  };
}
