/** What the journal promises, asked over each driver. Imported by tests alone. */
import { type FileStore, seededRandom, unwrap } from '@fieldfare/kernel';
import type { FileStorePlace } from '@fieldfare/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { segmentName } from './format.ts';
import { contents, open, record } from './journal-fixture.ts';

export function describeJournal(name: string, createPlace: () => Promise<FileStorePlace>): void {
  describe(`journal over ${name}`, () => {
    let place: FileStorePlace;
    beforeEach(async () => {
      place = await createPlace();
    });
    afterEach(() => place.cleanUp());
    const files = async (): Promise<FileStore> => unwrap(await place.open());

    test('JRN-ACK batches come back, over segments and openings', async () => {
      const expected: Record<string, string[]> = {};
      for (let round = 0; round < 3; round++) {
        const journal = await open(await files(), { segmentBytes: 2000 });
        expect(await contents(journal)).toEqual(expected);
        for (let i = 0; i < 20; i++) {
          const [a, b] = [`${round}.${i}.a`, `${round}.${i}.b`.repeat(20)];
          unwrap(await journal.append([record('org', a), record(`week/${i % 3}`, b)]));
          expected.org = [...(expected.org ?? []), a];
          expected[`week/${i % 3}`] = [...(expected[`week/${i % 3}`] ?? []), b];
        }
        expect(await contents(journal)).toEqual(expected);
        await journal.close();
      }
      const journal = await open(await files());
      expect(await contents(journal)).toEqual(expected);
      expect(journal.lastSeq()).toBe(120);
      expect(journal.stats().segments).toBeGreaterThan(3);
      await journal.close();
    });

    test('JRN-GROUP concurrent appends are acknowledged in order, and readable once they are', async () => {
      const journal = await open(await files());
      const seqs = await Promise.all(
        Array.from({ length: 100 }, async (_, i) => {
          const { firstSeq } = unwrap(await journal.append([record('org', `${i}`)]));
          expect(unwrap(await journal.read('org')).length).toBeGreaterThanOrEqual(firstSeq);
          return firstSeq;
        }),
      );
      expect(seqs).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
      await journal.close();
    });

    test('JRN-TORN a torn tail is cut, kept aside and reported; the journal goes on', async () => {
      const journal = await open(await files());
      for (let i = 0; i < 5; i++) unwrap(await journal.append([record('org', `${i}`)]));
      await journal.close();
      const raw = await files();
      const file = await raw.open(segmentName(1));
      await file.truncate(file.size() - 7);
      await file.flush();
      await file.close();
      await raw.close();
      const again = await open(await files());
      expect(await contents(again)).toEqual({ org: ['0', '1', '2', '3'] });
      expect(again.damage()).toMatchObject([{ kind: 'torn-tail', shard: 'org' }]);
      expect(unwrap(await again.append([record('org', 'next')])).firstSeq).toBeGreaterThan(5);
      await again.close();
      const last = await files();
      expect(await last.list()).toEqual([expect.stringMatching(/^quarantine-/), segmentName(1)]);
      const third = await open(last);
      expect(third.damage()).toEqual([]);
      expect(await contents(third)).toEqual({ org: ['0', '1', '2', '3', 'next'] });
      await third.close();
    });

    test('JRN-FLIP a damaged frame is skipped, kept aside and reported', async () => {
      const journal = await open(await files());
      for (let i = 0; i < 5; i++) unwrap(await journal.append([record('org', `${i}`)]));
      await journal.close();
      const raw = await files();
      const bytes = (await raw.readAll(segmentName(1))) ?? new Uint8Array();
      const at = Math.floor(bytes.length / 2);
      bytes[at] = (bytes[at] ?? 0) ^ 4;
      await raw.replace(segmentName(1), bytes);
      await raw.close();
      const again = await open(await files());
      const found = (await contents(again)).org ?? [];
      expect(found).toHaveLength(4);
      expect(again.damage()).toMatchObject([{ kind: 'corrupt-frame' }]);
      unwrap(await again.append([record('org', 'next')]));
      await again.close();
      const third = await open(await files());
      expect(await contents(third)).toEqual({ org: [...found, 'next'] });
      await third.close();
    });

    test('JRN-LOCK closing the journal gives the directory back', async () => {
      const journal = await open(await files());
      expect((await (place.openElsewhere ?? place.open)()).ok).toBe(false);
      await journal.close();
      await (await files()).close();
    });

    test('JRN-ACK large records come back unchanged', async () => {
      const large = seededRandom(4).bytes(1_500_000);
      const journal = await open(await files());
      unwrap(await journal.append([{ shard: 'org', kind: 'local', bytes: large }, record('org', 'small')]));
      await journal.close();
      const again = await open(await files());
      const [stored] = unwrap(await again.read('org'));
      expect(stored?.bytes.every((byte, i) => byte === large[i])).toBe(true);
      await again.close();
    });
  });
}
