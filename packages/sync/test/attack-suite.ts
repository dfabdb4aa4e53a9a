/**
 * Hostile and broken updates; each name begins with the rule that refuses it. The same list is tried on the guard alone
 * and through a real socket on a real server, and is where the soak's mutations start from.
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { GUARD_LIMITS } from '../src/guard/limits.ts';
import { MAX_DEPTH } from '../src/rows/json.ts';
import type { RowEntry } from '../src/types.ts';

type Raw = Readonly<Record<string, unknown>>;

/** Whom an attack is made for. */
export interface Target {
  /** Root type of a table that both sides know, with a number column `minutes`. */
  readonly root: string;
  /** Fields of a row that passes; of `fields` those that say where it lies; those of another shard. */
  readonly fields: Raw;
  readonly place: Raw;
  readonly otherPlace: Raw;
  readonly rowId: (n: number) => string;
  /** All of the shard, in which the victim has written row 0 and nothing else. */
  readonly state: Uint8Array;
  /** The victim's client id. */
  readonly victim: number;
  /** Who sends the attack. */
  readonly subject: string;
  /** A client id that nobody has used. */
  readonly client: number;
  /** Epoch ms. */
  readonly now: number;
}

/** What an attacker with a plain Yjs or a hex editor can make. */
export function armoury(target: Target) {
  const { client, fields, root, rowId, state, victim } = target;
  const node = client.toString(36);
  const moment = (ms = target.now, counter = 0): string =>
    `${ms.toString(16).padStart(12, '0')}-${counter.toString(16).padStart(4, '0')}`;
  const stamps = (of: Raw, stamp = `${moment()}-${node}`): Raw =>
    Object.fromEntries(Object.keys(of).map((field) => [field, stamp]));
  const entry = (over: Raw = {}, set: Raw = fields): Raw => ({
    k: rowId(1),
    f: set,
    s: stamps(set),
    c: { [node]: moment() },
    by: target.subject,
    v: 1,
    ...over,
  });

  function plain(make: (doc: Y.Doc) => void): Uint8Array {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, state);
    doc.clientID = client;
    const before = Y.encodeStateVector(doc);
    make(doc);
    return Y.encodeStateAsUpdate(doc, before);
  }
  /** The victim's row 0, replaced by somebody who has seen it, with its values carried on as `change` says. */
  const replaced = (change: (old: RowEntry) => RowEntry): Uint8Array =>
    plain((doc) => {
      const rows = doc.getArray<RowEntry>(root);
      const old = rows.get(0);
      rows.delete(0, 1);
      rows.push([{ ...change(old), by: target.subject, c: { ...old.c, [node]: moment() } }]);
    });
  const pushed = (raw: unknown, to = root): Uint8Array => block(client, 0, (out) => item(out, { raw, root: to }));

  /** One block of a client, by hand, then deletes of (client, clock, length). */
  function block(
    of: number,
    clock: number,
    write: (out: Y.UpdateEncoderV1) => number,
    deletes: readonly (readonly [number, number, number])[] = [],
  ): Uint8Array {
    const body = new Y.UpdateEncoderV1();
    const structs = write(body);
    const out = encoding.createEncoder();
    encoding.writeVarUint(out, structs > 0 ? 1 : 0);
    if (structs > 0) {
      for (const number of [structs, of, clock]) encoding.writeVarUint(out, number);
      encoding.writeUint8Array(out, encoding.toUint8Array(body.restEncoder));
    }
    encoding.writeVarUint(out, deletes.length);
    for (const [from, at, length] of deletes) for (const n of [from, 1, at, length]) encoding.writeVarUint(out, n);
    return encoding.toUint8Array(out);
  }

  /** An item with one value; without neighbours it names its root. */
  function item(
    out: Y.UpdateEncoderV1,
    what: {
      readonly raw?: unknown;
      readonly content?: Y.ContentAny | Y.ContentDeleted;
      readonly left?: readonly [number, number];
      readonly right?: readonly [number, number];
      readonly root?: string;
    },
  ): number {
    const id = (place?: readonly [number, number]): Y.ID | null => (place ? Y.createID(place[0], place[1]) : null);
    const parent = (what.root ?? root) as unknown as Y.ID;
    const content = what.content ?? new Y.ContentAny([what.raw]);
    new Y.Item(Y.createID(client, 0), null, id(what.left), null, id(what.right), parent, null, content).write(out, 0);
    return 1;
  }

  /** An item whose value is written byte by byte. */
  const bytes = (value: readonly number[] | Uint8Array): Uint8Array =>
    block(client, 0, (out) => {
      out.writeInfo(8);
      out.writeParentInfo(true);
      out.writeString(root);
      out.writeLen(1);
      encoding.writeUint8Array(out.restEncoder, Uint8Array.from(value));
      return 1;
    });

  return { ...target, node, moment, stamps, entry, plain, replaced, pushed, block, item, bytes, victim };
}
export type Armoury = ReturnType<typeof armoury>;

const nothing = (): number => 0;
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
const repeat = (unit: readonly number[], times: number): Uint8Array =>
  Uint8Array.from({ length: unit.length * times }, (_, i) => unit[i % unit.length] ?? 0);
const join = (a: readonly number[], b: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
};
/** 2⁴⁰ as a varuint. */
const HUGE = [128, 128, 128, 128, 128, 32];

/** Title, which begins with the rule, and the bytes. */
export const ATTACKS: readonly (readonly [string, (a: Armoury) => Uint8Array])[] = [
  ['SYN-GUARD-DECODE: empty bytes', () => new Uint8Array()],
  ['SYN-GUARD-DECODE: bytes cut short', (a) => a.pushed(a.entry()).slice(0, -9)],
  ['SYN-GUARD-DECODE: a byte too many', (a) => Uint8Array.of(...a.pushed(a.entry()), 0)],
  ['SYN-GUARD-DECODE: arrays nested 100,000 deep', (a) => a.bytes(repeat([117, 1], 100_000))],
  ['SYN-GUARD-DECODE: objects nested 50,000 deep', (a) => a.bytes(repeat([118, 1, 1, 97], 50_000))],
  ['SYN-GUARD-DECODE: an array that claims 2⁴⁰ values', (a) => a.bytes([117, ...HUGE, 126])],
  ['SYN-GUARD-DECODE: a text that claims 2⁴⁰ bytes', (a) => a.bytes([119, ...HUGE, 65])],
  ['SYN-GUARD-DECODE: text that is no UTF-8', (a) => a.bytes([119, 2, 0xc3, 0x28])],
  ['SYN-GUARD-DECODE: a value of no known kind', (a) => a.bytes([3])],
  [
    'SYN-GUARD-DECODE: one client in two blocks',
    (a) => {
      const out = encoding.createEncoder();
      encoding.writeVarUint(out, 2);
      for (const clock of [0, 0]) {
        const body = new Y.UpdateEncoderV1();
        a.item(body, { raw: a.entry() });
        for (const number of [1, a.client, clock]) encoding.writeVarUint(out, number);
        encoding.writeUint8Array(out, encoding.toUint8Array(body.restEncoder));
      }
      encoding.writeVarUint(out, 0);
      return encoding.toUint8Array(out);
    },
  ],
  ['SYN-GUARD-DECODE: the placeholder client 0', (a) => a.block(0, 0, (out) => a.item(out, { raw: a.entry() }))],
  ['SYN-GUARD-SIZE: more bytes than allowed', () => new Uint8Array(GUARD_LIMITS.maxUpdateBytes + 1)],
  [
    'SYN-GUARD-SIZE: more tombstones than anybody ever wrote',
    (a) => a.block(a.client, 0, (out) => a.item(out, { content: new Y.ContentDeleted(2 ** 50) })),
  ],
  [
    'SYN-GUARD-SIZE: more structs than allowed',
    (a) =>
      a.block(a.client, 0, (out) => {
        for (let n = 0; n <= GUARD_LIMITS.maxStructs; n++) {
          a.item(out, { content: new Y.ContentDeleted(1), ...(n === 0 ? {} : { left: [a.client, n - 1] }) });
        }
        return GUARD_LIMITS.maxStructs + 1;
      }),
  ],
  [
    'SYN-GUARD-SIZE: more delete ranges than allowed',
    (a) => a.block(0, 0, nothing, Array(GUARD_LIMITS.maxStructs + 1).fill([a.victim, 0, 1])),
  ],
  [
    'SYN-GUARD-SIZE: a hundred sessions at once',
    (a) => {
      const out = encoding.createEncoder();
      encoding.writeVarUint(out, 100);
      for (let n = 0; n < 100; n++) {
        const body = new Y.UpdateEncoderV1();
        a.item(body, { content: new Y.ContentDeleted(1) });
        for (const number of [1, a.client + n, 0]) encoding.writeVarUint(out, number);
        encoding.writeUint8Array(out, encoding.toUint8Array(body.restEncoder));
      }
      encoding.writeVarUint(out, 0);
      return encoding.toUint8Array(out);
    },
  ],
  [
    'SYN-GUARD-SIZE: a thousand tables',
    (a) =>
      a.block(a.client, 0, (out) => {
        for (let n = 0; n < 1000; n++) a.item(out, { root: `t:x${n}`, content: new Y.ContentDeleted(1) });
        return 1000;
      }),
  ],
  [
    'SYN-GUARD-COST: two thousand items at one place, which cost Yjs millions of steps',
    (a) =>
      a.block(a.client, 0, (out) => {
        for (let n = 0; n < 2000; n++) a.item(out, { content: new Y.ContentDeleted(1), left: [a.victim, 0] });
        return 2000;
      }),
  ],
  [
    'SYN-GUARD-CROWD: hundreds of unmerged entries of one row, which cost every fold thousands of comparisons',
    (a) =>
      a.block(a.client, 0, (out) => {
        for (let n = 0; n < 200; n++) {
          a.item(out, { raw: a.entry(), ...(n === 0 ? {} : { left: [a.client, n - 1] }) });
        }
        return 200;
      }),
  ],
  [
    'SYN-GUARD-OWNER: the victim’s client id, continued',
    (a) => a.block(a.victim, 1, (out) => a.item(out, { raw: a.entry() })),
  ],
  [
    'SYN-GUARD-GAP: a tiny message with missing predecessors',
    (a) => a.block(a.client, 5, (out) => a.item(out, { raw: a.entry() })),
  ],
  [
    'SYN-GUARD-GAP: a Skip struct',
    (a) =>
      a.block(a.client, 0, (out) => {
        new Y.Skip(Y.createID(a.client, 0), 3).write(out, 0);
        return 1;
      }),
  ],
  [
    'SYN-GUARD-GAP: a reference to nothing',
    (a) => a.block(a.client, 0, (out) => a.item(out, { raw: a.entry(), left: [77, 3] })),
  ],
  [
    'SYN-GUARD-GAP: a reference to what the victim has not written yet',
    (a) => a.block(a.client, 0, (out) => a.item(out, { raw: a.entry(), left: [a.victim, 9] })),
  ],
  [
    'SYN-GUARD-GAP: a delete of what the victim has not written yet',
    (a) => a.block(0, 0, nothing, [[a.victim, 0, 50]]),
  ],
  ['SYN-GUARD-GAP: a delete of a client never seen', (a) => a.block(0, 0, nothing, [[12_345, 0, 1]])],
  [
    'SYN-GUARD-STRUCT: a GC struct',
    (a) =>
      a.block(a.client, 0, (out) => {
        new Y.GC(Y.createID(a.client, 0), 3).write(out, 0);
        return 1;
      }),
  ],
  [
    'SYN-GUARD-STRUCT: a circle of references',
    (a) =>
      a.block(a.client, 0, (out) => {
        a.item(out, { raw: a.entry(), left: [a.client, 1] });
        a.item(out, { raw: a.entry({ k: a.rowId(2) }), left: [a.client, 0] });
        return 2;
      }),
  ],
  ['SYN-GUARD-STRUCT: a nested map', (a) => a.plain((doc) => doc.getArray(a.root).push([new Y.Map([['a', 1]])]))],
  ['SYN-GUARD-STRUCT: a subdocument', (a) => a.plain((doc) => doc.getArray(a.root).push([new Y.Doc()]))],
  ['SYN-GUARD-STRUCT: raw bytes', (a) => a.plain((doc) => doc.getArray(a.root).push([Uint8Array.of(1)]))],
  ['SYN-GUARD-STRUCT: a map as root', (a) => a.plain((doc) => doc.getMap('t:x').set('a', a.entry()))],
  ['SYN-GUARD-STRUCT: text', (a) => a.plain((doc) => doc.getText('t:x').insert(0, 'hello'))],
  ['SYN-GUARD-STRUCT: formatted text', (a) => a.plain((doc) => doc.getText('t:x').insert(0, 'hello', { bold: true }))],
  ['SYN-GUARD-STRUCT: a root that is no table', (a) => a.pushed(a.entry(), 'visits')],
  ['SYN-GUARD-STRUCT: a root with an inherited name', (a) => a.pushed(a.entry(), '__proto__')],
  [
    'SYN-GUARD-STRUCT: a row between two tables',
    (a) =>
      a.block(a.client, 0, (out) => {
        a.item(out, { raw: a.entry(), root: 't:other' });
        a.item(out, { raw: a.entry({ k: a.rowId(2) }), left: [a.client, 0], right: [a.victim, 0] });
        return 2;
      }),
  ],
  [
    'SYN-GUARD-DELETE: a bare delete of the victim’s edit (the 22-byte frame)',
    (a) => a.block(0, 0, nothing, [[a.victim, 0, 1]]),
  ],
  [
    'SYN-GUARD-DELETE: a delete replaced by an entry that has not seen the row',
    (a) =>
      a.plain((doc) => {
        doc.getArray(a.root).delete(0, 1);
        doc.getArray(a.root).push([a.entry({ k: a.rowId(0) })]);
      }),
  ],
  [
    'SYN-GUARD-DELETE: a replacement that drops fields',
    (a) =>
      a.plain((doc) => {
        const rows = doc.getArray<RowEntry>(a.root);
        const old = rows.get(0);
        rows.delete(0, 1);
        rows.push([a.entry({ k: a.rowId(0), c: { ...old.c, [a.node]: a.moment() } }, a.place) as unknown as RowEntry]);
      }),
  ],
  [
    'SYN-GUARD-DELETE: an entry that has seen the row and silences its fields',
    (a) =>
      a.plain((doc) => {
        const [old] = doc.getArray<RowEntry>(a.root).toArray();
        doc.getArray(a.root).push([a.entry({ k: a.rowId(0), c: { ...old?.c, [a.node]: a.moment() } }, a.place)]);
      }),
  ],
  [
    'SYN-GUARD-CONTEXT: a context that silences edits nobody has seen',
    (a) =>
      a.pushed(
        a.entry({ k: a.rowId(0), c: { [a.node]: a.moment(), [a.victim.toString(36)]: a.moment(a.now + 1000) } }),
      ),
  ],
  [
    'SYN-GUARD-CONTEXT: a context of 4,000 invented nodes',
    (a) => {
      const c = Object.fromEntries(Array.from({ length: 4000 }, (_, n) => [`z${n.toString(36)}`, a.moment()]));
      return a.pushed(a.entry({ c: { ...c, [a.node]: a.moment() } }));
    },
  ],
  [
    'SYN-GUARD-CARRY: the victim’s row replaced by one with other words under the victim’s stamp',
    (a) => a.replaced((old) => ({ ...old, f: { ...old.f, minutes: 55 } })),
  ],
  [
    'SYN-GUARD-CARRY: the victim’s values, said to be somebody else’s',
    (a) => a.replaced((old) => ({ ...old, u: { [a.victim.toString(36)]: 'somebody else' } })),
  ],
  [
    'SYN-GUARD-CARRY: a sibling that the victim never wrote',
    (a) =>
      a.replaced((old) => ({
        ...old,
        u: { [a.victim.toString(36)]: old.by },
        x: { minutes: [[55, old.s.minutes ?? '']] },
      })),
  ],
  ['SYN-GUARD-ENTRY: a value that is no entry', (a) => a.pushed('hello')],
  ['SYN-GUARD-ENTRY: 250,000 nulls', (a) => a.bytes(join([117, 0x90, 0xa1, 0x0f], repeat([126], 250_000)))],
  ['SYN-GUARD-ENTRY: an unknown member', (a) => a.pushed(a.entry({ zz: 1 }))],
  ['SYN-GUARD-ENTRY: a dangerous row key', (a) => a.pushed(a.entry({ k: '__proto__' }))],
  [
    'SYN-GUARD-ENTRY: an entry whose prototype would be replaced',
    (a) => a.pushed(a.entry({ f: JSON.parse(`{"__proto__": {"minutes": 1}}`), s: {} })),
  ],
  ['SYN-GUARD-ENTRY: a field with an inherited name', (a) => a.pushed(a.entry({}, { ...a.fields, constructor: 1 }))],
  [
    'SYN-GUARD-ENTRY: an inherited name inside a value',
    (a) => a.pushed(a.entry({}, { ...a.fields, extra: JSON.parse('{"__proto__": 1}') })),
  ],
  ['SYN-GUARD-ENTRY: a value that is no JSON', (a) => a.pushed(a.entry({}, { ...a.fields, extra: undefined }))],
  ['SYN-GUARD-ENTRY: a number beyond numbers', (a) => a.pushed(a.entry({}, { ...a.fields, extra: 2n ** 60n }))],
  ['SYN-GUARD-ENTRY: binary', (a) => a.pushed(a.entry({}, { ...a.fields, extra: Uint8Array.of(1) }))],
  ['SYN-GUARD-ENTRY: infinity', (a) => a.pushed(a.entry({}, { ...a.fields, minutes: Number.POSITIVE_INFINITY }))],
  [
    'SYN-GUARD-ENTRY: values nested too deep',
    (a) => a.pushed(a.entry({}, { ...a.fields, extra: nested(MAX_DEPTH + 1) })),
  ],
  ['SYN-GUARD-ENTRY: a field without a stamp', (a) => a.pushed(a.entry({ s: {} }))],
  [
    'SYN-GUARD-ENTRY: a stamp the context does not cover',
    (a) => a.pushed(a.entry({ c: { [a.node]: a.moment(a.now - 1) } })),
  ],
  ['SYN-GUARD-ENTRY: a stamp that is none', (a) => a.pushed(a.entry({ s: a.stamps(a.fields, 'now') }))],
  ['SYN-GUARD-ENTRY: no context', (a) => a.pushed(a.entry({ c: {} }))],
  ['SYN-GUARD-ENTRY: siblings that are none', (a) => a.pushed(a.entry({ x: { minutes: ['a'] } }))],
  ['SYN-GUARD-AUTHOR: somebody else as author', (a) => a.pushed(a.entry({ by: 'somebody else' }))],
  [
    'SYN-GUARD-SCHEMA: a value that does not fit its column',
    (a) => a.pushed(a.entry({}, { ...a.fields, minutes: 'many' })),
  ],
  [
    'SYN-GUARD-SCHEMA: as many good rows as fit, and a bad one behind them',
    (a) =>
      a.block(a.client, 0, (out) => {
        const count = Math.floor(200_000 / a.pushed(a.entry()).length);
        for (let n = 0; n <= count; n++) {
          const k = a.rowId(1).slice(0, -6) + n.toString(16).padStart(6, '0');
          const raw = n < count ? a.entry({ k }) : a.entry({ k }, { ...a.fields, minutes: 'many' });
          a.item(out, { raw, ...(n === 0 ? {} : { left: [a.client, n - 1] }) });
        }
        return count + 1;
      }),
  ],
  ['SYN-GUARD-SCHEMA: a time of deletion that is no text', (a) => a.pushed(a.entry({}, { ...a.fields, deletedAt: 1 }))],
  ['SYN-GUARD-SCHEMA: a row key that is no uuid', (a) => a.pushed(a.entry({ k: 'visit' }))],
  ['SYN-GUARD-SHARD: a row that lies in another shard', (a) => a.pushed(a.entry({}, { ...a.fields, ...a.otherPlace }))],
  ['SYN-GUARD-SHARD: a row that lies nowhere', (a) => a.pushed(a.entry({}, { minutes: 30 }))],
  [
    'SYN-GUARD-DRIFT: a stamp two hours ahead',
    (a) => {
      const late = a.moment(a.now + 7_200_000);
      return a.pushed(a.entry({ s: a.stamps(a.fields, `${late}-${a.node}`), c: { [a.node]: late } }));
    },
  ],
];
