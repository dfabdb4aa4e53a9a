/**
 * A module is one subject of the domain. `defineModule` gathers what the generic parts derive from: tables for
 * migrations, projection and sync; the actions its procedures ask for. Routers stay with the domain, which alone
 * knows tRPC: `R` is whatever it uses.
 */

import { invariant } from './problem.ts';
import type { AnyTable } from './table.ts';

export interface ModuleDef<Name extends string = string, R = unknown> {
  readonly name: Name;
  readonly about: string;
  readonly tables: readonly AnyTable[];
  readonly router: R;
}

export function defineModule<const Name extends string, R>(module: ModuleDef<Name, R>): ModuleDef<Name, R> {
  invariant(/^[a-z]+$/.test(module.name), `module name must be one lower-case word: ${module.name}`);
  return module;
}

/** All tables of some modules by name. Throws when two modules claim one name. */
export function tablesOf(modules: readonly ModuleDef[]): ReadonlyMap<string, AnyTable> {
  const tables = new Map<string, AnyTable>();
  for (const { name, tables: own } of modules) {
    for (const table of own) {
      invariant(!tables.has(table.name), `table ${table.name} is declared twice (module ${name})`);
      tables.set(table.name, table);
    }
  }
  return tables;
}
