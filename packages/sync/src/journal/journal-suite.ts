/** What a journal promises, asked over each driver and each log store. Imported by tests alone. */
import { type FileStore, type Result, seededRandom, systemRandom, unwrap } from '@fieldfare/kernel';
import type { FileStorePlace } from '@fieldfare/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { change, create, openDesk, SHARD } from '../../test/fixtures.ts';
import type { Journal } from '../types.ts';
import { MAX_RECORD_BYTES, MAX_SHARD_BYTES, segmentName, segmentOrdinal } from './format.ts';
import { openJournal } from './journal.ts';
import { contents, KEY, open, record, TENANT } from './journal-fixture.ts';

/** A fresh, empty place for a journal, which can be opened repeatedly. */
export interface JournalPlace {
  open(key?: Uint8Array): Promise<Result<Journal>>;
  /** The same place for another process. */
  openElsewhere(): Promise<Result<Journal>>;
  /** Everything that is stored, sealed as it is. */
  stored(): Promise<readonly Uint8Array[]>;
  /** Flips one bit about in the middle. The journal is closed. */
  flip(): Promise<void>;
  cleanUp(): Promise<void>;
}

const flipMiddle = (bytes: Uint8Array): Uint8Array => {
  const flipped = bytes.slice();
  const at = Math.floor(flipped.length / 2);
  flipped[at] = (flipped[at] ?? 0) ^ 4;
  return flipped;
};

/** A journal in files, segments of which are so small that it has many. */
function inFiles(place: FileStorePlace): JournalPlace {
  async function over(opening: Promise<Result<FileStore>>, key: Uint8Array): Promise<Result<Journal>> {
    const files = await opening;
    if (!files.ok) return files;
    const options = { files: files.value, tenantId: TENANT, key, random: systemRandom, segmentBytes: 2000 };
    const journal = await openJournal(options);
    if (!journal.ok) await files.value.close();
    return journal;
  }
  async function withFiles<T>(work: (files: FileStore, segments: readonly string[]) => Promise<T>): Promise<T> {
    const files = unwrap(await place.open());
    const names = (await files.list()).filter((name) => segmentOrdinal(name) !== null);
    return work(files, names).finally(() => files.close());
  }
  return {
    open: (key = KEY) => over(place.open(), key),
    openElsewhere: () => over((place.openElsewhere ?? place.open)(), KEY),
    stored: () =>
      withFiles((files, names) =>
        Promise.all(names.map(async (name) => (await files.readAll(name)) ?? new Uint8Array())),
      ),
    flip: () =>
      withFiles(async (files, names) => {
        const name = names[Math.floor(names.length / 2)] ?? segmentName(1);
        await files.replace(name, flipMiddle((await files.readAll(name)) ?? new Uint8Array()));
      }),
    cleanUp: () => place.cleanUp(),
  };
}

export function describeJournal(name: string, createPlace: () => Promise<JournalPlace>): void {
  describe(`journal over ${name}`, () => {
    let place: JournalPlace;
    beforeEach(async () => {
      place = await createPlace();
    });
    afterEach(() => place.cleanUp());
    const opened = async (): Promise<Journal> => unwrap(await place.open());

    test('JRN-ACK JRN-SEQ batches come back, over openings, and numbers go on', async () => {
      const expected: Record<string, string[]> = {};
      for (let round = 0; round < 3; round++) {
        const journal = await opened();
        expect(await contents(journal)).toEqual(expected);
        for (let i = 0; i < 20; i++) {
          const [a, b] = [`${round}.${i}.a`, `${round}.${i}.b`.repeat(20)];
          const { firstSeq } = unwrap(await journal.append([record('org', a), record(`week/${i % 3}`, b)]));
          expect(firstSeq).toBe(1 + 2 * (20 * round + i));
          expected.org = [...(expected.org ?? []), a];
          expected[`week/${i % 3}`] = [...(expected[`week/${i % 3}`] ?? []), b];
        }
        expect(await contents(journal)).toEqual(expected);
        await journal.close();
      }
      const journal = await opened();
      expect(await contents(journal)).toEqual(expected);
      expect(journal.lastSeq()).toBe(120);
      expect(journal.stats().frames).toBe(120);
      expect(journal.size?.('org').frames).toBe(60);
      await journal.close();
    });

    test('JRN-READ records come back as they were, unknown shards are empty', async () => {
      const journal = await opened();
      const records = (['local', 'remote', 'ack', 'sealed', 'owner'] as const).map((kind) => record('org', kind, kind));
      unwrap(await journal.append(records));
      expect(unwrap(await journal.read('org'))).toEqual(records.map((each, i) => ({ ...each, seq: i + 1 })));
      expect(unwrap(await journal.read('none'))).toEqual([]);
      await journal.close();
    });

    test('JRN-GROUP concurrent appends are acknowledged in order, and readable once they are', async () => {
      const journal = await opened();
      const seqs = await Promise.all(
        Array.from({ length: 40 }, async (_, i) => {
          const { firstSeq } = unwrap(await journal.append([record('org', `${i}`)]));
          expect(unwrap(await journal.read('org')).length).toBeGreaterThanOrEqual(firstSeq);
          return firstSeq;
        }),
      );
      expect(seqs).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
      await journal.close();
    });

    test('JRN-SUPERSEDE what later records hold is not read again; the rest stands', async () => {
      const journal = await opened();
      for (let i = 0; i < 5; i++) unwrap(await journal.append([record('org', `${i}`), record('other', `${i}`)]));
      const before = journal.size?.('org');
      const { firstSeq } = unwrap(await journal.append([record('org', 'all of it')]));
      unwrap((await journal.supersede?.('org', firstSeq)) ?? { ok: true, value: undefined });
      expect(await contents(journal)).toEqual({ org: ['all of it'], other: ['0', '1', '2', '3', '4'] });
      expect(journal.size?.('org').frames).toBe(1);
      expect(journal.size?.('org').bytes).toBeLessThan(before?.bytes ?? 0);
      await journal.close();
      const again = await opened();
      const { org, other } = await contents(again);
      expect(org?.at(-1)).toBe('all of it');
      expect(other).toEqual(['0', '1', '2', '3', '4']);
      expect(unwrap(await again.append([record('org', 'next')])).firstSeq).toBeGreaterThan(firstSeq);
      await again.close();
    });

    test('JRN-SUPERSEDED what was superseded is not read again, at later openings either', async () => {
      const journal = await opened();
      for (let i = 0; i < 5; i++) unwrap(await journal.append([record('org', `${i}`), record('other', `${i}`)]));
      const batch = [record('org', 'all of it'), record('org', 'and this')];
      const { firstSeq } = unwrap(await journal.append(batch));
      unwrap((await journal.supersede?.('org', firstSeq)) ?? { ok: true, value: undefined });
      unwrap(await journal.append([record('org', 'since')]));
      await journal.close();
      const again = await opened();
      const expected = { org: ['all of it', 'and this', 'since'], other: ['0', '1', '2', '3', '4'] };
      expect(await contents(again)).toEqual(expected);
      expect(again.size?.('org').frames).toBe(3);
      await again.close();
    });

    test('SYN-EPOCH-ATOMIC SYN-EPOCH-CARRY an epoch begins, and is entered with what is pending, in one append', async () => {
      const server = await openDesk(1, { authority: true, journal: await opened() });
      unwrap(await server.replica.commit([create(0), create(1)], 'office'));
      unwrap(await server.replica.commit([change(0, { minutes: 40 })], 'office'));
      unwrap(await server.replica.beginEpoch(SHARD, 0));
      unwrap(await server.replica.commit([change(1, { minutes: 50 })], 'office'));
      const [epoch, update] = [server.replica.epochOf(SHARD), server.replica.diff(SHARD)];
      const rows = [...server.replica.rows(SHARD, 'visits')];
      await server.replica.close();
      const again = await openDesk(2, { authority: true, journal: await opened() });
      expect([again.replica.epochOf(SHARD), [...again.replica.rows(SHARD, 'visits')]]).toEqual([epoch, rows]);
      await again.replica.close();

      // the same records as a laptop's, that has another epoch to enter
      const laptop = await openDesk(3, { journal: await opened() });
      await laptop.commit(change(0, { title: 'mine' }));
      unwrap(await laptop.replica.enterEpoch(SHARD, epoch + 1, { update, seal: new Uint8Array(16) }));
      expect(laptop.replica.pending().count).toBe(1);
      await laptop.replica.close();
      const later = await openDesk(4, { journal: await opened() });
      expect([later.replica.epochOf(SHARD), later.replica.pending().count]).toEqual([epoch + 1, 1]);
      expect(later.row(0)?.fields).toMatchObject({ title: 'mine', minutes: 40 });
      await later.replica.close();
    });

    test('JRN-FLIP a damaged frame is skipped and reported; its neighbours stand', async () => {
      const journal = await opened();
      for (let i = 0; i < 5; i++) unwrap(await journal.append([record('org', `${i}`)]));
      await journal.close();
      await place.flip();
      const again = await opened();
      const found = (await contents(again)).org ?? [];
      expect(found).toHaveLength(4);
      expect(again.damage()).toMatchObject([{ kind: 'corrupt-frame' }]);
      unwrap(await again.append([record('org', 'next')]));
      await again.close();
      const third = await opened();
      expect(await contents(third)).toEqual({ org: [...found, 'next'] });
      await third.close();
    });

    test('JRN-CIPHER no content is stored in plain text', async () => {
      const canary = 'Canary McPatient, 12 Elm Street';
      const journal = await opened();
      for (let i = 0; i < 10; i++) unwrap(await journal.append([record('org', canary), record('b', canary.repeat(3))]));
      await journal.close();
      const stored = (await place.stored()).map((bytes) => new TextDecoder('latin1').decode(bytes)).join('');
      expect(stored.length).toBeGreaterThan(10 * 4 * canary.length);
      expect(stored.includes('Canary') || stored.includes('Elm')).toBe(false);
    });

    test('JRN-KEY a wrong key is told from damage and changes nothing', async () => {
      const journal = await opened();
      unwrap(await journal.append([record('org', 'a')]));
      await journal.close();
      const refused = await place.open(seededRandom(8).bytes(32));
      expect(refused).toMatchObject({ ok: false, problems: [{ code: 'unauthenticated', rule: 'JRN-KEY' }] });
      const again = await opened();
      expect(await contents(again)).toEqual({ org: ['a'] });
      await again.close();
    });

    test('JRN-SIZE, JRN-SHARD, JRN-EMPTY what cannot be stored is refused before anything is written', async () => {
      const journal = await opened();
      const large = { shard: 'org', kind: 'local' as const, bytes: new Uint8Array(MAX_RECORD_BYTES + 1) };
      for (const [records, rule] of [
        [[], 'JRN-EMPTY'],
        [[record('', 'a')], 'JRN-SHARD'],
        [[record('org', 'a'), record('x'.repeat(MAX_SHARD_BYTES + 1), 'b')], 'JRN-SHARD'],
      ] as const) {
        expect(await journal.append(records)).toMatchObject({ ok: false, problems: [{ rule }] });
      }
      expect(await journal.append([record('org', 'a'), large])).toMatchObject({
        problems: [{ code: 'too-large', rule: 'JRN-SIZE', path: [1, 'bytes'] }],
      });
      expect(await contents(journal)).toEqual({});
      expect(unwrap(await journal.append([record('org', 'a')])).firstSeq).toBe(1);
      await journal.close();
    });

    test('JRN-CLOSED closing waits for what is under way, then refuses', async () => {
      const journal = await opened();
      const under = journal.append([record('org', 'a')]);
      await Promise.all([journal.close(), journal.close()]);
      expect((await under).ok).toBe(true);
      expect(await journal.append([record('org', 'b')])).toMatchObject({ problems: [{ rule: 'JRN-CLOSED' }] });
      expect(await journal.read('org')).toMatchObject({ problems: [{ rule: 'JRN-CLOSED' }] });
      const again = await opened();
      expect(await contents(again)).toEqual({ org: ['a'] });
      await again.close();
    });

    test('JRN-LOCK a journal has one holder; closing it gives the place back', async () => {
      const journal = await opened();
      expect(await place.openElsewhere()).toMatchObject({ ok: false, problems: [{ code: 'busy' }] });
      unwrap(await journal.append([record('org', 'a')]));
      await journal.close();
      const next = unwrap(await place.openElsewhere());
      expect(await contents(next)).toEqual({ org: ['a'] });
      await next.close();
    });

    test('JRN-ACK large records come back unchanged', async () => {
      const large = seededRandom(4).bytes(1_500_000);
      const journal = await opened();
      unwrap(await journal.append([{ shard: 'org', kind: 'local', bytes: large }, record('org', 'small')]));
      await journal.close();
      const again = await opened();
      const [stored] = unwrap(await again.read('org'));
      expect(stored?.bytes.every((byte, i) => byte === large[i])).toBe(true);
      await again.close();
    });
  });
}

/** The same over a driver of files, and what only files can suffer. */
export function describeFileJournal(name: string, createPlace: () => Promise<FileStorePlace>): void {
  describeJournal(name, async () => inFiles(await createPlace()));

  describe(`journal in files over ${name}`, () => {
    let place: FileStorePlace;
    beforeEach(async () => {
      place = await createPlace();
    });
    afterEach(() => place.cleanUp());
    const files = async (): Promise<FileStore> => unwrap(await place.open());

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
  });
}
