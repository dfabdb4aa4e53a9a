/**
 * A tenant's working copy on the server: the same core over the server's replica. Shards are loaded and projected
 * when a procedure first needs them.
 */

import { type Context, type Database, derivations, tables } from '@fieldfare/domain';
import type { Clock, Principal, Random } from '@fieldfare/kernel';
import { openStore } from '@fieldfare/store';
import type { Replica } from '@fieldfare/sync';
import { createCore } from './core.ts';

export interface ServerWorkspace {
  /** The context of one request. History is the request's own: there is nothing to undo from outside. */
  contextFor(principal: Principal): Context;
  /** Closes the projection. The replica stays with whoever opened it. */
  close(): Promise<void>;
}

export async function openServerWorkspace(options: {
  readonly replica: Replica;
  readonly clock: Clock;
  readonly random: Random;
  /** PGlite data directory of the current schema; without it the schema is made from nothing (seconds). */
  readonly template?: Blob | null;
}): Promise<ServerWorkspace> {
  const { replica, clock, random, template = null } = options;
  const store = await openStore<Database>({ tables, derivations, template });
  const core = createCore({ replica, store, clock, random });
  return {
    contextFor: (principal) => core.contextFor(principal, null),
    close: () => core.close(),
  };
}
