/**
 * The housekeeping that PostgreSQL's background workers do elsewhere and nobody does in single-user mode: dead rows
 * are reclaimed and the planner's statistics follow the data.
 */
import type { PGlite } from '@electric-sql/pglite';
import { quote } from './schema.ts';

/** Below this many written rows a table is left alone. */
const LEAST = 2_000;

export interface Upkeep {
  wrote(table: string, rows: number): void;
  /** Tends the tables that doubled since they were last tended. Outside any transaction. */
  tend(): Promise<void>;
}

export function createUpkeep(pglite: PGlite): Upkeep {
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
        await pglite.exec(`vacuum analyze ${quote(table)}`);
        const { rows } = await pglite.query<{ count: number }>(
          `select count(*)::integer as count from ${quote(table)}`,
        );
        size.set(table, rows[0]?.count ?? 0);
      }
    },
  };
}
