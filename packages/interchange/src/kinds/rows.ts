/** The parts of a kind that follow from its table. */
import { createRow, type Row, type RowChange, type TableDef, updateRow } from '@fieldfare/kernel';
import type { z } from 'zod';

interface RowSide<R> {
  readonly check: (row: R) => readonly { readonly field: string; readonly message: string }[];
  readonly create: (row: R) => RowChange;
  readonly update: (row: R, set: Partial<R>) => RowChange;
}

export function rowsOf<Shape extends z.ZodRawShape>(
  table: TableDef<string, Shape>,
): RowSide<Row<TableDef<string, Shape>>> {
  return {
    check(row) {
      const parsed = table.row.safeParse(row);
      if (parsed.success) return [];
      // Zod's sentences name limits, never the value.
      return parsed.error.issues.map((issue) => ({ field: String(issue.path[0] ?? ''), message: issue.message }));
    },
    create: (row) => createRow(table, row),
    update: (row, set) => updateRow(table, row, set),
  };
}
