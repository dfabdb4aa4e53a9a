/**
 * The housekeeping that PostgreSQL's background workers do elsewhere and nobody does in single-user mode: dead rows
 * are reclaimed and the planner's statistics follow the data.
 */
import type { SqlSession } from './engine.ts';
import { quote } from './schema.ts';

/** Below this many written rows a table is left alone. */
const LEAST = 2_000;

export interface Upkeep {
  /** `changed`: how many of the rows stood already, and so left a dead one behind. */
  wrote(table: string, rows: number, changed: number): void;
  /** Tends the tables that doubled since they were last tended. Outside any transaction. */
  tend(): Promise<void>;
}

interface Written {
  readonly rows: number;
  readonly changed: number;
}

/** `rowsIn`: how many rows a table holds, deleted ones included. */
export function createUpkeep(engine: SqlSession, rowsIn: (table: string) => number): Upkeep {
  const since = new Map<string, Written>();
  /** Rows when last tended. */
  const size = new Map<string, number>();
  return {
    wrote(table, rows, changed) {
      const before = since.get(table) ?? { rows: 0, changed: 0 };
      since.set(table, { rows: before.rows + rows, changed: before.changed + changed });
    },
    async tend() {
      for (const [table, written] of since) {
        if (written.rows < LEAST + (size.get(table) ?? 0)) continue;
        since.delete(table);
        size.set(table, rowsIn(table));
        await engine.exec(`${written.changed > 0 ? 'vacuum analyze' : 'analyze'} ${quote(table)}`);
      }
    },
  };
}
