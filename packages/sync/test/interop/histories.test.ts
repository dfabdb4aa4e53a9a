/**
 * Histories in the manner of Yjs's own tests: several documents of arrays, maps and text change at random, some of them
 * cut off for a while, and exchange what they have in any order. They travel in our frames and meet in our shard
 * document, which has to come out as Yjs and Yrs do.
 */
import { createRequire } from 'node:module';
import { unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { decodeFrame, encodeShard, type ShardMessage } from '../../src/protocol/messages.ts';
import { createShardDoc, type ShardDoc } from '../../src/rows/shard-doc.ts';
import { createDice, type Dice } from '../simulator/chance.ts';

const yrs = createRequire(import.meta.url)('ywasm') as typeof import('ywasm');

const KEYS = ['one', 'two', 'three'];

/** One random edit of one document. */
function edit(doc: Y.Doc, dice: Dice): void {
  const array = doc.getArray<unknown>('array');
  const map = doc.getMap<unknown>('map');
  const text = doc.getText('text');
  const value = (): unknown => {
    const what = dice.below(5);
    if (what === 0) return dice.below(1000);
    if (what === 1) return `é${dice.below(100)}🌍`;
    if (what === 2) return { nested: [dice.below(10), null, true] };
    return what === 3 ? new Y.Array<unknown>() : new Y.Map<unknown>();
  };
  switch (dice.below(8)) {
    case 0:
    case 1: {
      array.insert(dice.below(array.length + 1), dice.chance(0.3) ? [value(), dice.below(100)] : [value()]);
      return;
    }
    case 2: {
      const nested = array.toArray().find((item) => item instanceof Y.Array);
      if (nested instanceof Y.Array) nested.insert(0, [dice.below(100)]);
      else array.insert(0, [value()]);
      return;
    }
    case 3: {
      if (array.length === 0) return;
      const from = dice.below(array.length);
      array.delete(from, Math.min(array.length - from, 1 + dice.below(2)));
      return;
    }
    case 4:
      map.set(dice.pick(KEYS), value());
      return;
    case 5:
      map.delete(dice.pick(KEYS));
      return;
    case 6:
      text.insert(dice.below(text.length + 1), `t${dice.below(100)}`);
      return;
    default: {
      if (text.length === 0) return;
      const from = dice.below(text.length);
      text.delete(from, Math.min(text.length - from, 1 + dice.below(3)));
    }
  }
}

/** Over the wire: what arrives of a message. */
function carried(message: ShardMessage): ShardMessage {
  const frame = unwrap(decodeFrame(encodeShard(1, message)));
  if (!('shard' in frame)) throw new Error('a shard message stays one');
  return frame.shard;
}

const contentOf = (doc: Y.Doc): unknown => ({
  array: doc.getArray('array').toJSON(),
  map: doc.getMap('map').toJSON(),
  text: doc.getText('text').toString(),
});

interface Peer {
  readonly doc: Y.Doc;
  /** Updates made here that the hub has not been given, in order. */
  readonly outbox: Uint8Array[];
}

/** State exchanged both ways, as a connection does when it begins. */
function exchange({ doc, outbox }: Peer, hub: ShardDoc): void {
  const asked = carried({ type: 'step1', stateVector: Y.encodeStateVector(doc) });
  if (asked.type !== 'step1') throw new Error('not step 1');
  const answer = carried({ type: 'step2', update: hub.diff(asked.stateVector) });
  if (answer.type === 'step2') Y.applyUpdate(doc, answer.update, 'hub');
  const back = carried({ type: 'step2', update: Y.encodeStateAsUpdate(doc, hub.stateVector()) });
  if (back.type === 'step2') hub.apply([back.update]);
  outbox.length = 0;
}

function play(seed: number): { readonly peers: readonly Peer[]; readonly hub: ShardDoc } {
  const dice = createDice(seed);
  const hub = createShardDoc('org', () => () => 'latest');
  const peers = Array.from({ length: 3 + dice.below(3) }, (_, i): Peer => {
    const doc = new Y.Doc();
    doc.clientID = i + 1;
    const outbox: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'hub') outbox.push(update);
    });
    return { doc, outbox };
  });
  for (let i = 0; i < 120; i++) {
    const peer = dice.pick(peers);
    const what = dice.float();
    if (what < 0.7) edit(peer.doc, dice);
    else if (what < 0.85) {
      // what was made here reaches the hub out of order, and twice
      const letters = peer.outbox.splice(0, 1 + dice.below(4));
      if (dice.chance(0.3)) letters.reverse();
      for (const update of dice.chance(0.2) ? [...letters, ...letters] : letters) {
        const message = carried({ type: 'update', update });
        if (message.type === 'update') hub.apply([message.update]);
      }
    } else exchange(peer, hub);
  }
  for (let round = 0; round < 2; round++) for (const peer of peers) exchange(peer, hub);
  return { peers, hub };
}

describe('histories of arrays, maps and text', () => {
  it('SYN-INTEROP-YJS carried in our frames and kept in our document they come out as Yjs and Yrs have them', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        const { peers, hub } = play(seed);
        const whole = new Y.Doc();
        Y.applyUpdate(whole, hub.diff());
        const expected = contentOf(whole);
        for (const { doc } of peers) {
          expect(contentOf(doc)).toEqual(expected);
          expect(Y.equalSnapshots(Y.snapshot(doc), hub.snapshot())).toBe(true);
        }
        expect(hub.incomplete()).toBe(false);
        const witness = new yrs.YDoc({});
        yrs.applyUpdate(witness, hub.diff(), null);
        expect({
          array: witness.getArray('array').toJson(undefined),
          map: witness.getMap('map').toJson(undefined),
          text: witness.getText('text').toString(undefined),
        }).toEqual(expected);
        witness.free();
        hub.destroy();
        for (const { doc } of [...peers, { doc: whole }]) doc.destroy();
      }),
      { numRuns: 60 },
    );
  });
});
