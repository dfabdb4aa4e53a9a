import { orgShard, patientShard, patientsShard } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import { createFakeClock } from '@fieldfare/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Agency, AMELIE, BEN, createAgency } from '../../../test/agency.ts';
import { answersOf } from '../../../test/answers.ts';
import { exchange, NOW, openDesk, openTestStore, type TestDesk } from '../../../test/context.ts';
import { createSigner, ISSUER, PSA, packOf, type Signer, SUA } from '../../../test/rule-packs.ts';
import type { Database } from '../../database.ts';
import { CA } from '../items/ca.ts';
import type { PackEffectEvent } from './effect.ts';

const VERA = { ...AMELIE, role: 'admin' } as const;
const DAY = 86_400_000;
let signer: Signer;
let store: Store<Database>;
let agency: Agency;
let desk: TestDesk;
const clock = createFakeClock(NOW);

beforeAll(async () => {
  signer = await createSigner();
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());
// Every test has a replica of its own; what belongs to the organisation would speak in the next one.
afterEach(async () => {
  await store.db.deleteFrom('rulePacks').execute();
  await store.db.deleteFrom('packKeys').execute();
});
beforeEach(async () => {
  agency = createAgency();
  desk = await openDesk(VERA, store, clock);
  await desk.commit(agency.changes);
  await desk.caller.assessments.complete({
    ...target(),
    instrument: CA.instrument,
    formVersion: CA.version,
    assessedOn: '2026-11-20',
    answers: [...answersOf(CA, { 'ca.bathing': 2 })].map(([code, value]) => ({ code, value })),
    amends: null,
    reason: '',
  });
  await desk.caller.assessments.packs.trustKey({ issuer: ISSUER, publicKey: signer.publicKey });
});

const target = () => ({ regionId: agency.regionId, patientId: agency.simone.id });
/** One more than the stand-in says, for everybody. */
const MORE = { ...PSA, value: { least: [6, { sum: [{ term: 'base' }, 1] }] } } as typeof PSA;
const support = async (of: TestDesk = desk) => {
  const { needs } = (await of.caller.assessments.profile(target())).profile;
  const [source] = needs.personalSupport.provenance;
  return {
    value: needs.personalSupport.value,
    rule: source?.code,
    pack: source?.pack,
    status: needs.personalSupport.status,
  };
};
const STAND_IN = { value: 3, rule: 'prov.psa', pack: undefined, status: 'provisional' };
const adopt = async (content: unknown, note = '') =>
  desk.caller.assessments.packs.adopt({ content: await signer.sign(content), note });
const refusalOf = async (attempt: Promise<unknown>): Promise<string | undefined> =>
  attempt.then(
    () => 'ok',
    (error: { cause?: { problems?: { rule?: string }[] } }) => error.cause?.problems?.[0]?.rule,
  );

describe('rule packs', () => {
  it('replace a stand-in without code, by name and version, and give way when withdrawn', async () => {
    expect(await support()).toEqual(STAND_IN);
    expect(await adopt(packOf([MORE]), 'reviewed')).toEqual({ id: 'test.contact', version: '1.0.0' });
    expect(await support()).toEqual({ value: 4, rule: 'PSA', pack: 'test.contact 1.0.0', status: 'official' });
    await adopt(packOf([PSA], { version: '1.0.1' }));
    expect(await support()).toMatchObject({ value: 3, pack: 'test.contact 1.0.1' });
    const { packs, slots, keys } = await desk.caller.assessments.packs.list();
    expect(packs.map(({ state, summary }) => [summary?.version, state])).toEqual([
      ['1.0.1', 'in-force'],
      ['1.0.0', 'silent'],
    ]);
    expect(slots.find(({ id }) => id === 'prov.psa')).toMatchObject({ speaks: 'PSA', pack: { version: '1.0.1' } });
    expect(slots.find(({ id }) => id === 'prov.sua')).toMatchObject({ speaks: 'prov.sua', pack: null });
    expect(keys).toMatchObject([{ issuer: ISSUER, addedByName: 'Amélie Roy', revokedAt: null }]);
    for (const { rowId } of packs) await desk.caller.assessments.packs.withdraw({ rowId });
    expect(await support()).toEqual(STAND_IN);
    expect((await desk.caller.assessments.packs.list()).withdrawn).toBe(2);
  });

  it('what cannot be used is refused with its rule, and changes nothing', async () => {
    await adopt(packOf([PSA], { version: '2.0.0' }));
    const before = await desk.caller.assessments.packs.list();
    const good = await signer.sign(packOf([MORE], { version: '3.0.0' }));
    const bad: readonly (readonly [string, string])[] = [
      ['PCK-VERSION', await signer.sign(packOf([MORE], { version: '2.0.0' }))],
      ['PCK-VERSION', await signer.sign(packOf([MORE], { version: '1.9.9' }))],
      ['PCK-EXPIRED', await signer.sign(packOf([MORE], { version: '3.0.0', expiresOn: '2026-01-01' }))],
      ['PCK-KEY', await (await createSigner()).sign(packOf([MORE], { version: '3.0.0' }))],
      ['PCK-SIGNED', `${good.slice(0, -8)}AAAAAAAA`],
      ['PCK-SHAPE', await signer.sign({ ...packOf([MORE]), rules: [] })],
      ['PCK-FORM', 'hello'],
    ];
    for (const [rule, content] of bad) {
      expect(await refusalOf(desk.caller.assessments.packs.adopt({ content, note: '' }))).toBe(rule);
      expect(await refusalOf(desk.caller.assessments.packs.check({ content }))).toBe(rule);
    }
    expect(await desk.caller.assessments.packs.list()).toEqual(before);
    expect(await desk.caller.assessments.packs.check({ content: good })).toMatchObject({
      version: '3.0.0',
      issuer: ISSUER,
    });
  });

  it('fall silent on the day they expire, and with their key; the stand-in speaks again', async () => {
    await adopt(packOf([MORE], { expiresOn: '2026-11-22' }));
    clock.advance(DAY);
    expect(await support()).toMatchObject({ rule: 'PSA' });
    clock.advance(DAY);
    expect(await support()).toMatchObject({ rule: 'prov.psa' });
    expect((await desk.caller.assessments.packs.list()).packs).toMatchObject([
      { state: 'passed-over', summary: null, problems: [{ rule: 'PCK-EXPIRED' }] },
    ]);
    await adopt(packOf([MORE], { version: '1.1.0' }));
    expect(await support()).toMatchObject({ rule: 'PSA' });
    const [key] = (await desk.caller.assessments.packs.list()).keys;
    await desk.caller.assessments.packs.revokeKey({ rowId: key?.rowId ?? '' });
    expect(await support()).toMatchObject({ rule: 'prov.psa' });
    expect((await desk.caller.assessments.packs.list()).packs.map(({ problems }) => problems[0]?.rule)).toEqual([
      'PCK-KEY',
      'PCK-KEY',
    ]);
  });

  it('reach another laptop as data, and are verified there', async () => {
    await adopt(packOf([MORE]));
    const otherStore = await openTestStore();
    try {
      const ben = await openDesk(BEN, otherStore, clock);
      const shards = [patientsShard(agency.regionId), patientShard(agency.regionId, agency.simone.id)];
      await exchange(desk, ben, [...new Set([...agency.shards, orgShard, ...shards])]);
      expect(await support(ben)).toMatchObject({ rule: 'PSA', pack: 'test.contact 1.0.0' });
      expect((await ben.caller.assessments.packs.list()).writable).toBe(false);
      expect(await refusalOf(ben.caller.assessments.packs.adopt({ content: 'x', note: '' }))).toBe('PERM-ACTION');
      const { packs } = await ben.caller.assessments.record(target());
      expect(packs).toMatchObject([{ id: 'test.contact', rules: [{ id: 'PSA' }] }]);
    } finally {
      await otherStore.close();
    }
  });

  it('PCK-EFFECT shows beforehand whose results would be others, and ends when cancelled', async () => {
    const effect = async (change: { content: string } | { withdraw: string }) => {
      const events: PackEffectEvent[] = [];
      for await (const event of await desk.caller.assessments.packs.effect({ regionId: agency.regionId, change })) {
        events.push(event);
      }
      const last = events.at(-1);
      return last?.type === 'effect' ? last.effect : null;
    };
    const content = await signer.sign(packOf([MORE, SUA]));
    expect(await effect({ content })).toMatchObject({
      assessed: 1,
      rules: [
        { slot: 'prov.psa', before: 'prov.psa', after: 'PSA', results: 1, changed: 1 },
        { slot: 'prov.sua', before: 'prov.sua', after: 'SUA', results: 1, changed: 0 },
      ],
      shifts: [{ patientId: agency.simone.id, slot: 'prov.psa', before: 3, after: 4 }],
    });
    expect(await support()).toEqual(STAND_IN);
    await desk.caller.assessments.packs.adopt({ content, note: '' });
    const [pack] = (await desk.caller.assessments.packs.list()).packs;
    expect(await effect({ withdraw: pack?.rowId ?? '' })).toMatchObject({
      shifts: [{ slot: 'prov.psa', before: 4, after: 3 }],
    });
  });
});
