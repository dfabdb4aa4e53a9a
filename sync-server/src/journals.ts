/**
 * Where tenants' journals are: a folder each, or PostgreSQL.
 *
 *  SRV-TAKEOVER  a tenant whose holder has gone is opened when its lease has run out; until then whoever asks waits
 */
import type { Random, Result } from '@fieldfare/kernel';
import { type Journal, openJournal } from '@fieldfare/sync';
import { nodeAead, openNodeFiles } from '@fieldfare/sync/node';
import { type Database, openPostgresJournal } from '@fieldfare/sync/postgres';
import { LEASE_MS } from './cluster/lease.ts';
import type { Membership } from './cluster/membership.ts';
import { type DataDir, deriveKey } from './data-dir.ts';

export interface Journals {
  open(tenantId: string): Promise<Result<Journal>>;
}

const keyOf = (rootKey: Uint8Array, tenantId: string): Uint8Array => deriveKey(rootKey, `tenant/${tenantId}`);

export function journalsInFiles(options: {
  readonly dir: DataDir;
  readonly rootKey: Uint8Array;
  readonly random: Random;
}): Journals {
  const { dir, rootKey, random } = options;
  return {
    async open(tenantId) {
      const files = await openNodeFiles(dir.tenant(tenantId));
      if (!files.ok) return files;
      const key = keyOf(rootKey, tenantId);
      const journal = await openJournal({ files: files.value, tenantId, key, random, aead: nodeAead });
      if (!journal.ok) await files.value.close();
      return journal;
    },
  };
}

const ASK_AGAIN_MS = 100;
/** A little less than a socket may take to be welcomed. */
const PATIENCE_MS = LEASE_MS + 1_000;

export function journalsInDatabase(options: {
  readonly database: Database;
  readonly membership: Membership;
  readonly rootKey: Uint8Array;
  readonly random: Random;
}): Journals {
  const { database, membership, rootKey, random } = options;
  return {
    async open(tenantId) {
      const end = performance.now() + PATIENCE_MS;
      for (;;) {
        const key = keyOf(rootKey, tenantId);
        const journal = await openPostgresJournal({ database, tenantId, holder: membership.id(), key, random });
        const held = !journal.ok && journal.problems[0].code === 'busy';
        if (!held || performance.now() > end || membership.find(tenantId).at !== 'here') return journal;
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
    },
  };
}
