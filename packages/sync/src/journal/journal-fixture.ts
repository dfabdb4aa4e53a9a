/** What the journal's tests share. Imported by tests alone. */
import { type FileStore, type Random, seededRandom, systemRandom, unwrap } from '@fieldfare/kernel';
import type { Journal, JournalRecord } from '../types.ts';
import { openJournal } from './journal.ts';

export const KEY = seededRandom(7).bytes(32);
export const TENANT = '0190a000-0000-7000-8000-000000000001';

export const record = (shard: string, body: string, kind: JournalRecord['kind'] = 'local'): JournalRecord => ({
  shard,
  kind,
  bytes: new TextEncoder().encode(body),
});

export async function open(
  files: FileStore,
  more: { readonly segmentBytes?: number; readonly random?: Random } = {},
): Promise<Journal> {
  return unwrap(await openJournal({ files, tenantId: TENANT, key: KEY, random: systemRandom, ...more }));
}

/** Shard → contents as text, in order. */
export async function contents(journal: Journal): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const shard of journal.shards()) {
    const records = unwrap(await journal.read(shard));
    if (records.length > 0) all[shard] = records.map(({ bytes }) => new TextDecoder().decode(bytes));
  }
  return all;
}
