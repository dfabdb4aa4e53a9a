import { fail, problem, systemRandom, unwrap } from '@fieldfare/kernel';
import { describe, expect, test } from 'vitest';
import type { Journal } from '../types.ts';
import { createMemoryLog, type MemoryLog } from './drivers/memory-log.ts';
import { contents, KEY, record, TENANT } from './journal-fixture.ts';
import { describeJournal } from './journal-suite.ts';
import { type LogStore, openLogJournal } from './log-journal.ts';

const openLog = (store: LogStore, key = KEY) => openLogJournal({ store, tenantId: TENANT, key, random: systemRandom });

describeJournal('a log in memory', async () => {
  const log = createMemoryLog();
  return {
    async open(key) {
      const store = log.take();
      const journal = openLog(store, key);
      if (!journal.ok) await store.close();
      return journal;
    },
    openElsewhere: async () => (log.isFree() ? openLog(log.take()) : fail(problem('busy', 'held'))),
    stored: async () => log.rows.map(({ frame }) => frame),
    async flip() {
      const row = log.rows[Math.floor(log.rows.length / 2)];
      if (row) row.frame = row.frame.map((byte, i) => (i === row.frame.length - 9 ? byte ^ 4 : byte));
    },
    cleanUp: async () => undefined,
  };
});

describe('journal over a log that fails', () => {
  const opened = (log: MemoryLog): Journal => unwrap(openLog(log.take()));

  test('JRN-FULL a database without room refuses, and appends work again when it has some', async () => {
    const log = createMemoryLog();
    const journal = opened(log);
    unwrap(await journal.append([record('org', 'a')]));
    log.fail('full', 'full');
    for (const body of ['b', 'c']) {
      expect(await journal.append([record('org', body)])).toMatchObject({ problems: [{ code: 'storage-full' }] });
    }
    expect(unwrap(await journal.append([record('org', 'd')]))).toEqual({ firstSeq: 2, lastSeq: 2 });
    expect(await contents(journal)).toEqual({ org: ['a', 'd'] });
  });

  test('JRN-VOID JRN-GROUP what was stored when the link broke was reported as failed, and never comes back', async () => {
    const log = createMemoryLog();
    const journal = opened(log);
    unwrap(await journal.append([record('org', 'a')]));
    log.fail('kept');
    const both = await Promise.all([journal.append([record('org', 'b')]), journal.append([record('org', 'c')])]);
    expect(both).toMatchObject([{ problems: [{ rule: 'JRN-IO' }] }, { problems: [{ rule: 'JRN-IO' }] }]);
    expect(log.rows).toHaveLength(3);
    expect(await contents(journal)).toEqual({ org: ['a'] });
    expect(journal.size?.('org').frames).toBe(1);
    unwrap(await journal.append([record('org', 'd')]));
    await journal.close();
    const again = opened(log);
    expect(await contents(again)).toEqual({ org: ['a', 'd'] });
    expect(again.damage()).toEqual([]);
  });

  test('JRN-FENCE who was replaced neither writes nor reads nor forgets', async () => {
    const log = createMemoryLog();
    const old = opened(log);
    unwrap(await old.append([record('org', 'a')]));
    log.fail('lost');
    expect((await old.append([record('org', 'b')])).ok).toBe(false);
    const next = opened(log);
    const lost = { ok: false, problems: [{ code: 'storage-failed', rule: 'JRN-FENCE' }] };
    expect(await old.append([record('org', 'c')])).toMatchObject(lost);
    expect(await old.read('org')).toMatchObject(lost);
    expect(await old.supersede?.('org', 9)).toMatchObject(lost);
    unwrap(await next.append([record('org', 'd')]));
    expect(await contents(next)).toEqual({ org: ['a', 'd'] });
  });

  test('JRN-FLIP JRN-TENANT a row that was moved or renumbered is no record', async () => {
    const log = createMemoryLog();
    const journal = opened(log);
    for (const body of ['a', 'b', 'c']) unwrap(await journal.append([record('org', body)]));
    const [first, second] = log.rows;
    if (first && second) first.frame = second.frame;
    expect(await contents(journal)).toEqual({ org: ['b', 'c'] });
    expect(journal.damage()).toMatchObject([{ kind: 'corrupt-frame', offset: 1, shard: 'org' }]);
    const store = log.take();
    const other = openLogJournal({ store, tenantId: TENANT.replace(/1$/, '2'), key: KEY, random: systemRandom });
    expect(await contents(unwrap(other))).toEqual({});
  });

  test('JRN-VERSION a log of a later format is left alone', () => {
    const store = createMemoryLog().take();
    const later = { ...store, state: { ...store.state, formatVersion: 2 } };
    expect(openLog(later)).toMatchObject({ problems: [{ code: 'unsupported', rule: 'JRN-VERSION' }] });
  });
});
