/** Hostile and broken updates, one row each: refused with the right rule, and nothing changes. */
import { unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { change, create, type Desk, idOf, openDesk, REGION, SHARD, START, syncAll, WEEK } from '../test/fixtures.ts';
import { GUARD_LIMITS, inspectUpdate } from './guard.ts';
import { MAX_DEPTH } from './rows/json.ts';
import { createShardDoc } from './rows/shard-doc.ts';
import type { RowEntry } from './types.ts';

const CLIENT = 4_000_000;
const NODE = CLIENT.toString(36);
const moment = (ms = START, counter = 0): string =>
  `${ms.toString(16).padStart(12, '0')}-${counter.toString(16).padStart(4, '0')}`;
const STAMP = `${moment()}-${NODE}`;

type Raw = Record<string, unknown>;
const FIELDS: Raw = { regionId: REGION, week: WEEK, title: 't', start: null, minutes: 30, doneAt: null };
const stamps = (fields: Raw, stamp = STAMP): Raw =>
  Object.fromEntries(Object.keys(fields).map((field) => [field, stamp]));
const entry = (over: Raw = {}, fields: Raw = FIELDS): Raw => ({
  k: idOf(1),
  f: fields,
  s: stamps(fields),
  c: { [NODE]: moment() },
  by: 'user-1',
  v: 1,
  ...over,
});

/** What a program with a plain Yjs document can make. */
function plain(make: (doc: Y.Doc) => void, from?: Desk): Uint8Array {
  const doc = new Y.Doc();
  if (from !== undefined) Y.applyUpdate(doc, from.replica.diff(SHARD));
  doc.clientID = CLIENT;
  const before = Y.encodeStateVector(doc);
  make(doc);
  return Y.encodeStateAsUpdate(doc, before);
}
const pushed = (raw: unknown, root = 't:visits'): Uint8Array => plain((doc) => doc.getArray(root).push([raw]));

/** Bytes by hand: one block of the given client, then deletes. */
function block(
  client: number,
  clock: number,
  write: (out: Y.UpdateEncoderV1) => number,
  deletes: readonly [number, number, number][] = [],
): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  const body = new Y.UpdateEncoderV1();
  const structs = write(body);
  const out = encoder.restEncoder;
  encoding.writeVarUint(out, structs > 0 ? 1 : 0);
  if (structs > 0) {
    encoding.writeVarUint(out, structs);
    encoding.writeVarUint(out, client);
    encoding.writeVarUint(out, clock);
    encoding.writeUint8Array(out, encoding.toUint8Array(body.restEncoder));
  }
  encoding.writeVarUint(out, deletes.length);
  for (const [of, at, length] of deletes) for (const number of [of, 1, at, length]) encoding.writeVarUint(out, number);
  return encoding.toUint8Array(out);
}
const nothing = (): number => 0;
const item = (out: Y.UpdateEncoderV1, id: Y.ID, left: Y.ID | null, right: Y.ID | null, raw: unknown): number => {
  new Y.Item(id, null, left, null, right, 't:visits' as unknown as Y.ID, null, new Y.ContentAny([raw])).write(out, 0);
  return 1;
};

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
const deepBytes = (): Uint8Array =>
  block(CLIENT, 0, (out) => {
    new Y.Item(
      Y.createID(CLIENT, 0),
      null,
      null,
      null,
      null,
      't:visits' as unknown as Y.ID,
      null,
      new Y.ContentAny([0]),
    ).write(out, 0);
    const bytes = encoding.toUint8Array(out.restEncoder).slice(0, -2); // without the value 0
    out.restEncoder = encoding.createEncoder();
    encoding.writeUint8Array(out.restEncoder, bytes);
    for (let i = 0; i < 200_000; i++) encoding.writeUint8Array(out.restEncoder, Uint8Array.of(117, 1)); // arrays in arrays
    return 1;
  });

const CASES: readonly (readonly [string, string, (victim: Desk) => Uint8Array])[] = [
  ['empty bytes', 'DECODE', () => new Uint8Array()],
  ['bytes cut short', 'DECODE', () => pushed(entry()).slice(0, -9)],
  ['values nested 200,000 deep', 'DECODE', deepBytes],
  ['more bytes than allowed', 'SIZE', () => new Uint8Array(GUARD_LIMITS.maxUpdateBytes + 1)],
  [
    'one client in two blocks',
    'DECODE',
    () => {
      const out = encoding.createEncoder();
      encoding.writeVarUint(out, 2);
      for (const clock of [0, 1]) {
        const body = new Y.UpdateEncoderV1();
        item(body, Y.createID(CLIENT, clock), null, null, entry());
        for (const number of [1, CLIENT, clock]) encoding.writeVarUint(out, number);
        encoding.writeUint8Array(out, encoding.toUint8Array(body.restEncoder));
      }
      encoding.writeVarUint(out, 0);
      return encoding.toUint8Array(out);
    },
  ],
  ['the placeholder client 0', 'DECODE', () => block(0, 0, (out) => item(out, Y.createID(0, 0), null, null, entry()))],
  ['a clock gap', 'GAP', () => block(CLIENT, 5, (out) => item(out, Y.createID(CLIENT, 5), null, null, entry()))],
  [
    'a Skip struct',
    'GAP',
    () =>
      block(CLIENT, 0, (out) => {
        new Y.Skip(Y.createID(CLIENT, 0), 3).write(out, 0);
        return 1;
      }),
  ],
  [
    'a GC struct',
    'STRUCT',
    () =>
      block(CLIENT, 0, (out) => {
        new Y.GC(Y.createID(CLIENT, 0), 3).write(out, 0);
        return 1;
      }),
  ],
  [
    'a reference to nothing',
    'GAP',
    () => block(CLIENT, 0, (out) => item(out, Y.createID(CLIENT, 0), Y.createID(77, 3), null, entry())),
  ],
  [
    'a circle of references',
    'STRUCT',
    () =>
      block(CLIENT, 0, (out) => {
        item(out, Y.createID(CLIENT, 0), Y.createID(CLIENT, 1), null, entry());
        item(out, Y.createID(CLIENT, 1), Y.createID(CLIENT, 0), null, entry());
        return 2;
      }),
  ],
  ['a delete of what is not written yet', 'GAP', (victim) => block(0, 0, nothing, [[victim.replica.clientId, 0, 50]])],
  ['a delete of a client never seen', 'GAP', () => block(0, 0, nothing, [[12_345, 0, 1]])],
  [
    'a bare delete of offline edits (the 22-byte frame)',
    'DELETE',
    (victim) => block(0, 0, nothing, [[victim.replica.clientId, 0, 1]]),
  ],
  [
    'a delete replaced by an entry that has not seen the row',
    'DELETE',
    (victim) =>
      plain((doc) => {
        doc.getArray('t:visits').delete(0, 1);
        doc.getArray('t:visits').push([entry({ k: idOf(0) })]);
      }, victim),
  ],
  [
    'a replacement that drops fields',
    'DELETE',
    (victim) =>
      plain((doc) => {
        const rows = doc.getArray<RowEntry>('t:visits');
        const old = rows.get(0);
        rows.delete(0, 1);
        rows.push([entry({ k: idOf(0), c: { ...old.c, [NODE]: moment() } }, { title: 'gone' }) as unknown as RowEntry]);
      }, victim),
  ],
  [
    'a context that silences unseen edits',
    'CONTEXT',
    (victim) => pushed(entry({ k: idOf(0), c: { [NODE]: moment(), [victim.replica.node]: moment(START + 1000) } })),
  ],
  ['a nested map', 'STRUCT', () => plain((doc) => doc.getArray('t:visits').push([new Y.Map([['a', 1]])]))],
  ['a map as root', 'STRUCT', () => plain((doc) => doc.getMap('t:visits').set('a', entry()))],
  ['text', 'STRUCT', () => plain((doc) => doc.getText('t:visits').insert(0, 'hello'))],
  ['a root that is no table', 'STRUCT', () => pushed(entry(), 'visits')],
  ['a root with an inherited name', 'STRUCT', () => pushed(entry(), '__proto__')],
  [
    'a row between two tables',
    'STRUCT',
    (victim) => {
      const doc = new Y.Doc();
      Y.applyUpdate(doc, victim.replica.diff(SHARD));
      return block(CLIENT, 0, (out) => {
        new Y.Item(
          Y.createID(CLIENT, 0),
          null,
          null,
          null,
          null,
          't:other' as unknown as Y.ID,
          null,
          new Y.ContentAny([entry()]),
        ).write(out, 0);
        item(out, Y.createID(CLIENT, 1), Y.createID(CLIENT, 0), Y.createID(victim.replica.clientId, 0), entry());
        return 2;
      });
    },
  ],
  ['a value that is no entry', 'ENTRY', () => pushed('hello')],
  ['an unknown member', 'ENTRY', () => pushed(entry({ zz: 1 }))],
  ['a dangerous row key', 'ENTRY', () => pushed(entry({ k: '__proto__' }))],
  [
    'an entry whose prototype was replaced',
    'ENTRY',
    () => {
      const bytes = pushed(
        entry({ f: { ...FIELDS, xxxxproto: { minutes: 1 } }, s: stamps({ ...FIELDS, xxxxproto: 1 }) }),
      );
      const at = bytes.findIndex((_, i) => String.fromCharCode(...bytes.slice(i, i + 9)) === 'xxxxproto');
      bytes.set(new TextEncoder().encode('__proto__'), at);
      return bytes;
    },
  ],
  ['a field with an inherited name', 'ENTRY', () => pushed(entry({}, { ...FIELDS, constructor: 1 }))],
  ['a value that is no JSON', 'ENTRY', () => pushed(entry({}, { ...FIELDS, title: undefined }))],
  ['binary', 'ENTRY', () => pushed(entry({}, { ...FIELDS, title: Uint8Array.of(1) }))],
  ['infinity', 'ENTRY', () => pushed(entry({}, { ...FIELDS, minutes: Number.POSITIVE_INFINITY }))],
  ['values nested too deep', 'ENTRY', () => pushed(entry({}, { ...FIELDS, extra: nested(MAX_DEPTH + 1) }))],
  ['a field without a stamp', 'ENTRY', () => pushed(entry({ s: {} }))],
  ['a stamp the context does not cover', 'ENTRY', () => pushed(entry({ c: { [NODE]: moment(START - 1) } }))],
  ['a stamp that is none', 'ENTRY', () => pushed(entry({ s: stamps(FIELDS, 'now') }))],
  ['no context', 'ENTRY', () => pushed(entry({ c: {} }))],
  ['siblings that are none', 'ENTRY', () => pushed(entry({ x: { title: ['a'] } }))],
  ['somebody else as author', 'AUTHOR', () => pushed(entry({ by: 'user-9' }))],
  ['a value that does not fit its column', 'SCHEMA', () => pushed(entry({}, { ...FIELDS, minutes: 1 }))],
  ['a time of deletion that is no text', 'SCHEMA', () => pushed(entry({}, { ...FIELDS, deletedAt: 1 }))],
  ['a row key that is no uuid', 'SCHEMA', () => pushed(entry({ k: 'visit' }))],
  [
    'a stamp two hours ahead',
    'DRIFT',
    () => {
      const late = moment(START + 7_200_000);
      return pushed(entry({ s: stamps(FIELDS, `${late}-${NODE}`), c: { [NODE]: late } }));
    },
  ],
];

describe('guard', () => {
  it.each(CASES)('SYN-GUARD: refuses %s (SYN-GUARD-%s)', async (_, rule, make) => {
    const victim = await openDesk(1);
    await victim.commit(create(0));
    const before = [victim.row(0), victim.journal.appends, victim.replica.diff(SHARD)];
    const result = await victim.replica.receive(SHARD, make(victim), { subject: 'user-1' });
    expect(result.ok ? 'taken' : result.problems[0].rule).toBe(`SYN-GUARD-${rule}`);
    expect([victim.row(0), victim.journal.appends, victim.replica.diff(SHARD)]).toEqual(before);
    await victim.commit(change(0, { title: 'still works' }));
  });

  it('SYN-GUARD-ENTRY: the honest form of those entries is taken', async () => {
    const victim = await openDesk(1);
    unwrap(await victim.replica.receive(SHARD, pushed(entry()), { subject: 'user-1' }));
    expect(victim.row(1)).toMatchObject({ fields: { title: 't' }, authors: { title: 'user-1' } });
  });

  it('SYN-FOLD-UNKNOWN: tables, fields and versions of a later build are taken and kept', async () => {
    const victim = await openDesk(1);
    unwrap(
      await victim.replica.receive(SHARD, pushed(entry({ v: 9 }, { ...FIELDS, minutes: 'short', colour: 'red' })), {
        subject: 'user-1',
      }),
    );
    unwrap(
      await victim.replica.receive(
        SHARD,
        plain((doc) => doc.getArray('t:later').push([entry()]), victim),
        { subject: null },
      ),
    );
    expect(victim.row(1)).toMatchObject({ version: 9, fields: { minutes: 'short', colour: 'red' } });
    expect([...victim.replica.rows(SHARD, 'later')].length).toBe(1);
  });

  it('SYN-GUARD-SCHEMA: a carried value of another version does not block a new edit', async () => {
    const server = await openDesk(1);
    const client = await openDesk(2);
    unwrap(await server.replica.receive(SHARD, pushed(entry({}, { ...FIELDS, minutes: 1 })), { subject: null }));
    await syncAll([server, client]);
    unwrap(
      await server.replica.receive(SHARD, await client.commit(change(1, { title: 'edited' })), { subject: 'user-2' }),
    );
    expect(server.row(1)?.fields).toMatchObject({ title: 'edited', minutes: 1 });
  });

  it('SYN-GUARD-DRIFT: the trusted server is believed when our own clock is two days slow', async () => {
    const server = await openDesk(1);
    const client = await openDesk(2);
    client.clock.time -= 2 * 86_400_000;
    unwrap(await client.replica.receive(SHARD, await server.commit(create(0)), { subject: null }));
    await client.commit(change(0, { title: 'later' }));
    await syncAll([server, client]);
    expect(server.row(0)).toMatchObject({ fields: { title: 'later' }, siblings: {} });
  });

  it('SYN-GUARD-DECODE: damaged bytes never throw and never change the document', async () => {
    const a = await openDesk(1);
    const update = await a.commit(create(0), create(1));
    const doc = createShardDoc(SHARD, () => () => 'latest');
    const context = { shard: SHARD, known: doc, tables: new Map(), subject: null, clock: a.clock };
    fc.assert(
      fc.property(fc.nat(update.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const damaged = cut ? update.slice(0, at) : update.with(at, byte);
        const facts = inspectUpdate(damaged, context);
        if (facts.ok) {
          const copy = createShardDoc(SHARD, () => () => 'latest');
          copy.apply([damaged]);
          expect(copy.incomplete()).toBe(false);
        }
      }),
      { numRuns: 1500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void inspectUpdate(bytes, context)),
      { numRuns: 1500 },
    );
  });
});
