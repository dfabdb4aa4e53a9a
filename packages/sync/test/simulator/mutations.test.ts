/** The laws can fail: faults put into the product on purpose, each of which some seed has to find. */
import { type Hlc, ok } from '@fieldfare/kernel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LiveEntry } from '../../src/rows/fold.ts';
import { createShardDoc } from '../../src/rows/shard-doc.ts';
import type { Journal, Replica } from '../../src/types.ts';
import type { Plan } from './plan.ts';
import { rowsModel } from './rows-model.ts';
import { type Seams, simulate } from './simulate.ts';

const fault = vi.hoisted(() => ({ name: '' }));

vi.mock('@fieldfare/kernel', async (load) => {
  const real = await load<typeof import('@fieldfare/kernel')>();
  return {
    ...real,
    createHlcClock: (options: Parameters<typeof real.createHlcClock>[0]) => {
      const clock = real.createHlcClock(options);
      return fault.name === 'deaf clock' ? { ...clock, receive: (_: Hlc) => ok(undefined) } : clock;
    },
  };
});

vi.mock('../../src/rows/merge.ts', async (load) => {
  const real = await load<typeof import('../../src/rows/merge.ts')>();
  return {
    ...real,
    mergeEntry: (...given: Parameters<typeof real.mergeEntry>) => {
      const { x, ...entry } = real.mergeEntry(...given);
      if (fault.name === 'losers dropped') return entry;
      const whole = { ...entry, ...(x === undefined ? {} : { x }) };
      if (fault.name !== 'unknown dropped' || given[1].version > 1) return whole;
      const { tags: _tags, colour: _colour, ...f } = entry.f;
      const { tags: _tagsAt, colour: _colourAt, ...s } = entry.s;
      return { ...whole, f, s };
    },
  };
});

vi.mock('../../src/rows/fold.ts', async (load) => {
  const real = await load<typeof import('../../src/rows/fold.ts')>();
  return {
    ...real,
    fold: (at: Parameters<typeof real.fold>[0], live: readonly LiveEntry[], mergeOf: Parameters<typeof real.fold>[2]) =>
      real.fold(at, fault.name === 'last to arrive' ? live.slice(-1) : live, mergeOf),
  };
});

vi.mock('../../src/rebuild.ts', async (load) => {
  const real = await load<typeof import('../../src/rebuild.ts')>();
  return {
    ...real,
    rebuildDoc: (...given: Parameters<typeof real.rebuildDoc>) => {
      const [shard, mergeOf, records] = given;
      if (fault.name !== 'half applied') return real.rebuildDoc(...given);
      const { doc } = real.rebuildDoc(shard, mergeOf, [], given[3]);
      doc.apply(records.map(({ bytes }) => bytes));
      return { doc, waiting: [] };
    },
  };
});

vi.mock('../../src/compaction.ts', async (load) => {
  const real = await load<typeof import('../../src/compaction.ts')>();
  return {
    ...real,
    compactRecords: (...given: Parameters<typeof real.compactRecords>) => {
      const records = real.compactRecords(...given);
      return fault.name === 'pending compacted away' && records.ok
        ? ok(records.value.filter(({ kind }) => kind !== 'local'))
        : records;
    },
  };
});

vi.mock('../../src/carry.ts', async (load) => {
  const real = await load<typeof import('../../src/carry.ts')>();
  return {
    ...real,
    carryOver: (...given: Parameters<typeof real.carryOver>) =>
      fault.name === 'pending left behind'
        ? {
            ...real.carryOver(
              given[0],
              createShardDoc('', () => () => 'latest'),
              given[2],
              given[3],
            ),
            updates: [],
          }
        : real.carryOver(...given),
  };
});

afterEach(() => {
  fault.name = '';
});

/** Says "stored" before it is. */
const hasty = (journal: Journal): Journal => ({
  ...journal,
  async append(records) {
    const firstSeq = journal.lastSeq() + 1;
    void journal.append(records);
    return ok({ firstSeq, lastSeq: firstSeq + records.length - 1 });
  },
});

const only =
  (whose: (name: string) => boolean) =>
  <T>(change: (part: T) => T) =>
  (part: T, name: string): T =>
    whose(name) ? change(part) : part;
const onDesks = only((name) => name !== 'server');
const onServer = only((name) => name === 'server');

/** Much happens to few. */
const BUSY: Partial<Plan> = {
  clients: 2,
  shards: 1,
  damage: false,
  restore: false,
  compact: false,
  epochs: false,
  pauseMs: 1500,
  troubleMs: 1000,
  seconds: 40,
};

const FAULTS: readonly {
  readonly name: string;
  readonly law: RegExp;
  readonly seams?: Seams;
  readonly plan?: Partial<Plan>;
}[] = [
  { name: 'a laptop answers before its disk', law: /SYN-REP-DURABLE/, seams: { journal: onDesks<Journal>(hasty) } },
  { name: 'a server answers before its disk', law: /SYN-WIRE-ACK/, seams: { journal: onServer<Journal>(hasty) } },
  {
    name: 'a laptop takes silence for an acknowledgement',
    law: /SYN-REP-PENDING/,
    seams: {
      replica: onDesks<Replica>((replica) => ({
        ...replica,
        acknowledged: (shard) => replica.acknowledged(shard, new Map([[replica.clientId, Number.MAX_SAFE_INTEGER]])),
      })),
    },
  },
  { name: 'pending compacted away', law: /SYN-REP-PENDING/, plan: { compact: true } },
  {
    name: 'a restored server cannot be given back what it lost',
    law: /SYN-FOLD-SAME|SYN-REP-DURABLE|LIVE/,
    seams: { receipts: false },
    plan: { restore: true, clients: 3, troubleMs: 5000, seconds: 20 },
  },
  {
    name: 'a restored server cannot be given back what it lost with an epoch',
    law: /SYN-FOLD-SAME|SYN-REP-DURABLE|LIVE/,
    seams: { giveBack: false },
    plan: { restore: true, epochs: true, clients: 3, troubleMs: 5000, seconds: 20 },
  },
  { name: 'pending left behind', law: /SYN-REP-(PENDING|DURABLE)/, plan: { epochs: true } },
  { name: 'losers dropped', law: /SYN-FOLD-SEEN/ },
  {
    name: 'unknown dropped',
    law: /deletes a field without replacing it/,
    plan: { skew: false, mixed: true }, // what else is wrong would be said first
  },
  { name: 'last to arrive', law: /SYN-FOLD-(SAME|SEEN)|SYN-REP-DISK/ },
  { name: 'deaf clock', law: /HLC-CAUSAL/ },
  {
    name: 'half applied',
    law: /SYN-FOLD|HLC-CAUSAL/,
    plan: { damage: true },
  },
];

describe('faults on purpose', () => {
  it.each(FAULTS)(
    'SYN-SIM finds: $name',
    async ({ name, law, seams, plan }) => {
      fault.name = name;
      const options = { model: rowsModel, plan: { ...BUSY, ...plan }, ...(seams === undefined ? {} : { seams }) };
      const found: string[] = [];
      for (let seed = 1; seed <= 100 && !found.some((broken) => law.test(broken)); seed++) {
        found.push(...(await simulate(seed, options)).broken);
      }
      expect(found).toContainEqual(expect.stringMatching(law));
    },
    200_000,
  );
});
