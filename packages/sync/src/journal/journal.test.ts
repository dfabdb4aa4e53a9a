import { type Random, seededRandom, systemRandom, unwrap } from '@fieldfare/kernel';
import { describe, expect, test } from 'vitest';
import type { Journal, JournalRecord } from '../types.ts';
import { createMemoryFiles, type MemoryFiles } from './drivers/memory-files.ts';
import { openJournal } from './journal.ts';

const KEY = seededRandom(7).bytes(32);
const TENANT = '0190a000-0000-7000-8000-000000000001';
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const record = (shard: string, body: string, kind: JournalRecord['kind'] = 'local'): JournalRecord => ({
  shard,
  kind,
  bytes: new TextEncoder().encode(body),
});

async function open(files: MemoryFiles, more: { segmentBytes?: number; random?: Random } = {}): Promise<Journal> {
  return unwrap(await openJournal({ files, tenantId: TENANT, key: KEY, random: systemRandom, ...more }));
}

async function contents(journal: Journal): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const shard of journal.shards()) all[shard] = unwrap(await journal.read(shard)).map((r) => text(r.bytes));
  return all;
}

describe('journal', () => {
  test('JRN-ACK what was acknowledged is there after a power loss', async () => {
    const files = createMemoryFiles();
    const journal = await open(files);
    expect(unwrap(await journal.append([record('org', 'a'), record('org', 'b', 'remote')]))).toEqual({
      firstSeq: 1,
      lastSeq: 2,
    });
    expect(unwrap(await journal.append([record('other', 'c', 'ack')]))).toEqual({ firstSeq: 3, lastSeq: 3 });
    files.crash({ keep: 'durable' });
    const again = await open(files);
    expect(await contents(again)).toEqual({ org: ['a', 'b'], other: ['c'] });
    expect(again.lastSeq()).toBe(3);
    expect(again.damage()).toEqual([]);
    expect(unwrap(await again.read('other'))).toEqual([
      { seq: 3, shard: 'other', kind: 'ack', bytes: record('', 'c').bytes },
    ]);
  });
});
