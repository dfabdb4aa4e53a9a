import { problem } from '@fieldfare/kernel';
import fc from 'fast-check';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as syncProtocol from 'y-protocols/sync';
import * as Y from 'yjs';
import {
  type ControlMessage,
  decodeFrame,
  encodeControl,
  encodeShard,
  PROTOCOL_VERSION,
  type ShardMessage,
  wireHash,
} from './messages.ts';

const CONTROLS: readonly ControlMessage[] = [
  { type: 'hello', protocolVersion: 2, accessToken: 'ey.a.b', deviceId: 'd' },
  { type: 'welcome', serverTime: 1_790_000_000_000, maxFrameBytes: 9, maxUpdateBytes: 8, maxChannels: 7 },
  { type: 'open', channel: 3, shard: 'org', epoch: 7 },
  { type: 'opened', channel: 3, access: 'read', epoch: 0 },
  { type: 'opened', channel: 3, access: 'write', epoch: Number.MAX_SAFE_INTEGER },
  { type: 'refused', channel: 3, problem: problem('forbidden', 'no', { rule: 'R', path: ['a', 1] }) },
  { type: 'refused', channel: 0, problem: problem('unsupported', 'no') },
  { type: 'close', channel: 3 },
  { type: 'moved', url: 'wss://b.example.org/sync' },
  { type: 'moved-on', channel: 3, epoch: 8 },
  { type: 'ping', nonce: 5 },
  { type: 'pong', nonce: 5 },
];
const SHARDS: readonly ShardMessage[] = [
  { type: 'step1', stateVector: Uint8Array.of(0) },
  { type: 'step2', update: Uint8Array.of(0, 0) },
  { type: 'update', update: new Uint8Array(300).fill(7) },
  { type: 'presence', update: Uint8Array.of(0) },
  { type: 'update', update: new Uint8Array(300).fill(7), seal: new Uint8Array(16).fill(9) },
  {
    type: 'ack',
    clocks: new Map([
      [1, 2],
      [0xffffffff, 70_000],
    ]),
  },
];
const FRAMES = [...CONTROLS.map(encodeControl), ...SHARDS.map((message) => encodeShard(300, message))];

describe('wire', () => {
  it('SYN-WIRE-VERSION: a change on the wire raises the protocol version', () => {
    // Changed this hash? Then raise PROTOCOL_VERSION, and put both here.
    expect({ version: PROTOCOL_VERSION, hash: wireHash() }).toEqual({ version: 5, hash: '67005fbb7259056f' });
  });

  it.each(CONTROLS)('SYN-WIRE-DECODE: $type survives the wire', (message) => {
    expect(decodeFrame(encodeControl(message))).toEqual({ ok: true, value: { channel: 0, control: message } });
  });

  it.each(SHARDS)('SYN-WIRE-DECODE: $type survives the wire', (message) => {
    expect(decodeFrame(encodeShard(300, message).buffer)).toEqual({
      ok: true,
      value: { channel: 300, shard: message },
    });
  });

  it('SYN-WIRE-DECODE: random bytes, cuts and flips give a result, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decodeFrame(bytes)),
      { numRuns: 2000 },
    );
    for (const frame of FRAMES) {
      for (let cut = 0; cut < frame.length; cut++) {
        const rest = decodeFrame(frame.subarray(0, cut));
        expect(rest.ok && !(frame.length - cut === 16 && 'shard' in rest.value)).toBe(false); // a seal may be left out
      }
      expect(decodeFrame(Uint8Array.of(...frame, 0)).ok).toBe(false);
      for (let i = 0; i < frame.length; i++) {
        const flipped = frame.slice();
        flipped[i] = (flipped[i] ?? 0) ^ 0x81;
        decodeFrame(flipped);
      }
    }
    expect(decodeFrame('text').ok).toBe(false);
  });

  it('SYN-WIRE-DECODE: a length beyond the frame does not read the neighbouring memory of a pooled buffer', () => {
    const pool = new Uint8Array(1000).fill(65);
    pool.set([1, 0, 2, 200], 10); // channel 1, update of 200 bytes, of which none is there
    expect(decodeFrame(pool.subarray(10, 14)).ok).toBe(false);
  });

  it('the channel carries what y-protocols writes and reads', () => {
    const doc = new Y.Doc();
    doc.getArray('t:visits').push([1]);
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 9);
    encoding.writeVarUint(encoder, 0); // messageSync
    syncProtocol.writeSyncStep2(encoder, doc);
    const update = Y.encodeStateAsUpdate(doc);
    expect(decodeFrame(encoding.toUint8Array(encoder))).toEqual({
      ok: true,
      value: { channel: 9, shard: { type: 'step2', update } },
    });
    const decoder = decoding.createDecoder(encodeShard(9, { type: 'update', update }));
    expect([decoding.readVarUint(decoder), decoding.readVarUint(decoder)]).toEqual([9, 0]);
    const copy = new Y.Doc();
    syncProtocol.readSyncMessage(decoder, encoding.createEncoder(), copy, null);
    expect(copy.getArray('t:visits').toArray()).toEqual([1]);
  });
});
