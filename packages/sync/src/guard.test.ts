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

/** Title, which begins with the rule that refuses it, and the bytes. */
const CASES: readonly (readonly [string, (victim: Desk) => Uint8Array])[] = [
  ['SYN-GUARD-DECODE: empty bytes', () => new Uint8Array()],
  ['SYN-GUARD-DECODE: bytes cut short', () => pushed(entry()).slice(0, -9)],
  ['SYN-GUARD-DECODE: values nested 200,000 deep', deepBytes],
  ['SYN-GUARD-SIZE: more bytes than allowed', () => new Uint8Array(GUARD_LIMITS.maxUpdateBytes + 1)],
  [
    'SYN-GUARD-DECODE: one client in two blocks',
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
  [
    'SYN-GUARD-DECODE: the placeholder client 0',
    () => block(0, 0, (out) => item(out, Y.createID(0, 0), null, null, entry())),
  ],
  [
    'SYN-GUARD-GAP: a clock gap',
    () => block(CLIENT, 5, (out) => item(out, Y.createID(CLIENT, 5), null, null, entry())),
  ],
  [
    'SYN-GUARD-GAP: a Skip struct',
    () =>
      block(CLIENT, 0, (out) => {
        new Y.Skip(Y.createID(CLIENT, 0), 3).write(out, 0);
        return 1;
      }),
  ],
  [
    'SYN-GUARD-STRUCT: a GC struct',
    () =>
      block(CLIENT, 0, (out) => {
        new Y.GC(Y.createID(CLIENT, 0), 3).write(out, 0);
        return 1;
      }),
  ],
  [
    'SYN-GUARD-GAP: a reference to nothing',
    () => block(CLIENT, 0, (out) => item(out, Y.createID(CLIENT, 0), Y.createID(77, 3), null, entry())),
  ],
  [
    'SYN-GUARD-STRUCT: a circle of references',
    () =>
      block(CLIENT, 0, (out) => {
        item(out, Y.createID(CLIENT, 0), Y.createID(CLIENT, 1), null, entry());
        item(out, Y.createID(CLIENT, 1), Y.createID(CLIENT, 0), null, entry());
        return 2;
      }),
  ],
  [
    'SYN-GUARD-GAP: a delete of what is not written yet',
    (victim) => block(0, 0, nothing, [[victim.replica.clientId, 0, 50]]),
  ],
  ['SYN-GUARD-GAP: a delete of a client never seen', () => block(0, 0, nothing, [[12_345, 0, 1]])],
  [
    'SYN-GUARD-DELETE: a bare delete of offline edits (the 22-byte frame)',
    (victim) => block(0, 0, nothing, [[victim.replica.clientId, 0, 1]]),
  ],
  [
    'SYN-GUARD-DELETE: a delete replaced by an entry that has not seen the row',
    (victim) =>
      plain((doc) => {
        doc.getArray('t:visits').delete(0, 1);
        doc.getArray('t:visits').push([entry({ k: idOf(0) })]);
      }, victim),
  ],
  [
    'SYN-GUARD-DELETE: a replacement that drops fields',
    (victim) =>
      plain((doc) => {
        const rows = doc.getArray<RowEntry>('t:visits');
        const old = rows.get(0);
        rows.delete(0, 1);
        rows.push([entry({ k: idOf(0), c: { ...old.c, [NODE]: moment() } }, { title: 'gone' }) as unknown as RowEntry]);
      }, victim),
  ],
  [
    'SYN-GUARD-CONTEXT: a context that silences unseen edits',
    (victim) => pushed(entry({ k: idOf(0), c: { [NODE]: moment(), [victim.replica.node]: moment(START + 1000) } })),
  ],
  ['SYN-GUARD-STRUCT: a nested map', () => plain((doc) => doc.getArray('t:visits').push([new Y.Map([['a', 1]])]))],
  ['SYN-GUARD-STRUCT: a map as root', () => plain((doc) => doc.getMap('t:visits').set('a', entry()))],
  ['SYN-GUARD-STRUCT: text', () => plain((doc) => doc.getText('t:visits').insert(0, 'hello'))],
  ['SYN-GUARD-STRUCT: a root that is no table', () => pushed(entry(), 'visits')],
  ['SYN-GUARD-STRUCT: a root with an inherited name', () => pushed(entry(), '__proto__')],
  [
    'SYN-GUARD-STRUCT: a row between two tables',
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
  ['SYN-GUARD-ENTRY: a value that is no entry', () => pushed('hello')],
  ['SYN-GUARD-ENTRY: an unknown member', () => pushed(entry({ zz: 1 }))],
  ['SYN-GUARD-ENTRY: a dangerous row key', () => pushed(entry({ k: '__proto__' }))],
  [
    'SYN-GUARD-ENTRY: an entry whose prototype was replaced',
    () => {
      const bytes = pushed(
        entry({ f: { ...FIELDS, xxxxproto: { minutes: 1 } }, s: stamps({ ...FIELDS, xxxxproto: 1 }) }),
      );
      const at = bytes.findIndex((_, i) => String.fromCharCode(...bytes.slice(i, i + 9)) === 'xxxxproto');
      bytes.set(new TextEncoder().encode('__proto__'), at);
      return bytes;
    },
  ],
  ['SYN-GUARD-ENTRY: a field with an inherited name', () => pushed(entry({}, { ...FIELDS, constructor: 1 }))],
  ['SYN-GUARD-ENTRY: a value that is no JSON', () => pushed(entry({}, { ...FIELDS, title: undefined }))],
  ['SYN-GUARD-ENTRY: binary', () => pushed(entry({}, { ...FIELDS, title: Uint8Array.of(1) }))],
  ['SYN-GUARD-ENTRY: infinity', () => pushed(entry({}, { ...FIELDS, minutes: Number.POSITIVE_INFINITY }))],
  ['SYN-GUARD-ENTRY: values nested too deep', () => pushed(entry({}, { ...FIELDS, extra: nested(MAX_DEPTH + 1) }))],
  ['SYN-GUARD-ENTRY: a field without a stamp', () => pushed(entry({ s: {} }))],
  ['SYN-GUARD-ENTRY: a stamp the context does not cover', () => pushed(entry({ c: { [NODE]: moment(START - 1) } }))],
  ['SYN-GUARD-ENTRY: a stamp that is none', () => pushed(entry({ s: stamps(FIELDS, 'now') }))],
  ['SYN-GUARD-ENTRY: no context', () => pushed(entry({ c: {} }))],
  ['SYN-GUARD-ENTRY: siblings that are none', () => pushed(entry({ x: { title: ['a'] } }))],
  ['SYN-GUARD-AUTHOR: somebody else as author', () => pushed(entry({ by: 'user-9' }))],
  ['SYN-GUARD-SCHEMA: a value that does not fit its column', () => pushed(entry({}, { ...FIELDS, minutes: 1 }))],
  ['SYN-GUARD-SCHEMA: a time of deletion that is no text', () => pushed(entry({}, { ...FIELDS, deletedAt: 1 }))],
  ['SYN-GUARD-SCHEMA: a row key that is no uuid', () => pushed(entry({ k: 'visit' }))],
  [
    'SYN-GUARD-DRIFT: a stamp two hours ahead',
    () => {
      const late = moment(START + 7_200_000);
      return pushed(entry({ s: stamps(FIELDS, `${late}-${NODE}`), c: { [NODE]: late } }));
    },
  ],
];

describe('guard', () => {
  it.each(CASES)('%s', async (title, make) => {
    const victim = await openDesk(1);
    await victim.commit(create(0));
    const before = [victim.row(0), victim.journal.appends, victim.replica.diff(SHARD)];
    const result = await victim.replica.receive(SHARD, make(victim), { subject: 'user-1' });
    expect(result.ok ? 'taken' : result.problems[0].rule).toBe(title.split(':')[0]);
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
