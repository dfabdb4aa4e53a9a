/**
 * The housekeeping that PostgreSQL's background workers do elsewhere and nobody does in single-user mode: dead rows
 * are reclaimed and the planner's statistics follow the data.
 */
import type { SqlSession } from './engine.ts';
import { quote } from './schema.ts';

/** Below this many written rows a table is left alone. */
const LEAST = 2_000;

export interface Upkeep {
  wrote(table: string, rows: number): void;
  /** Tends the tables that doubled since they were last tended. Outside any transaction. */
  tend(): Promise<void>;
}

export function createUpkeep(engine: SqlSession): Upkeep {
  const since = new Map<string, number>();
  const size = new Map<string, number>();
  return {
    wrote(table, rows) {
      since.set(table, (since.get(table) ?? 0) + rows);
    },
    async tend() {
      for (const [table, written] of since) {
        if (written < LEAST + (size.get(table) ?? 0)) continue;
        since.delete(table);
        await engine.exec(`vacuum analyze ${quote(table)}`);
        const { rows } = await engine.query<{ count: number }>(
          `select count(*)::integer as count from ${quote(table)}`,
        );
        size.set(table, rows[0]?.count ?? 0);
      }
    },
  };
}
