import type { Random, Result } from '@fieldfare/kernel';
import { nodeAead } from '../journal/drivers/node-aead.ts';
import { openLogJournal } from '../journal/log-journal.ts';
import type { Journal } from '../types.ts';
import type { Database } from './database.ts';
import { openPostgresLog } from './log.ts';

/** A tenant's journal in PostgreSQL, held by `holder` until it is closed. Problems: those of its log and of its opening. */
export async function openPostgresJournal(options: {
  readonly database: Database;
  readonly tenantId: string;
  /** This process, as `members` knows it. */
  readonly holder: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly random: Random;
}): Promise<Result<Journal>> {
  const store = await openPostgresLog(options);
  if (!store.ok) return store;
  const journal = openLogJournal({ ...options, store: store.value, aead: nodeAead });
  if (!journal.ok) await store.value.close();
  return journal;
}
