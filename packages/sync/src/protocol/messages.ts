/**
 * The wire. One WebSocket at `/sync`; every message is one binary frame: `varuint channel`, then the message.
 *
 * Channel 0 is control. Every other channel is one open shard and speaks the y-websocket sync protocol (type 0 with
 * step 1, step 2 and update; type 1, awareness) plus our durable ack (type 16).
 *
 *   client                                     server
 *   hello {version, token, device}        →
 *                                         ←    welcome {time, limits}, or refused {channel 0} and a close code
 *   open {channel, shard, epoch}          →
 *                                         ←    opened {channel, access, epoch}, or refused {channel}
 *                                         ←    step1 {state vector of what the server holds durably}
 *   step1 {own state vector}              →    an empty one when `opened` names an epoch that the client is not in yet
 *                                         ←    step2 {what the client lacks}; updates of others follow
 *   update {what the server lacks}        →    guard, journal, flush
 *                                         ←    ack {client → clock}, only now; then the others get their `update`
 *   update                                →    likewise
 *   update with a seal                    →    an update the server sent with it once and has lost since: taken on its word
 *   presence {own state}                  →    stamped with who it is
 *                                         ←    presence {states of others}: presence.ts
 *                                         ←    moved-on {channel, epoch}: the shard's document was begun anew. The channel is
 *                                              closed; opened again, it speaks of the new one (epochs.ts)
 *   ping {nonce}                          ↔    pong {nonce}
 *                                         ←    moved {address of the process that serves this organisation, or nothing
 *                                              while it changes hands} and close 4421: instead of welcome, or later
 *
 * A `seal` is the server's receipt for the update before it (protocol/peer.ts, replay.ts). It stands behind the bytes
 * that stock y-protocols readers read.
 *
 *  SYN-WIRE-ACK      an `ack`, and the state vector of the server's `step1`, name only what is on the server's stable
 *                    storage. The ack reaches the sender before the update reaches anybody else
 *  SYN-WIRE-REFUSE   `refused` on an open channel means one update was not taken; the channel goes on receiving, and
 *                    the client keeps and counts the refused edits. On a channel that is not open: no access
 *  SYN-WIRE-DECODE   hostile bytes give a problem, never an exception, and close the socket with 4400
 *  SYN-WIRE-VERSION  versions must be equal; a change of any schema below must raise PROTOCOL_VERSION
 */
import { fail, ok, problem, type Result } from '@fieldfare/kernel';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { type MessageOf, readMessage, type Schema, writeMessage } from './codec.ts';

export const PROTOCOL_VERSION = 5;

const CONTROL = {
  hello: { head: [0], parts: { protocolVersion: 'uint', accessToken: 'text', deviceId: 'text' } },
  welcome: {
    head: [1],
    parts: { serverTime: 'uint', maxFrameBytes: 'uint', maxUpdateBytes: 'uint', maxChannels: 'uint' },
  },
  open: { head: [2], parts: { channel: 'uint', shard: 'text', epoch: 'uint' } },
  opened: { head: [3], parts: { channel: 'uint', access: 'access', epoch: 'uint' } },
  refused: { head: [4], parts: { channel: 'uint', problem: 'problem' } },
  close: { head: [5], parts: { channel: 'uint' } },
  ping: { head: [6], parts: { nonce: 'uint' } },
  pong: { head: [7], parts: { nonce: 'uint' } },
  moved: { head: [8], parts: { url: 'text' } },
  'moved-on': { head: [9], parts: { channel: 'uint', epoch: 'uint' } },
} as const satisfies Schema;

/** Heads 0 0, 0 1, 0 2 and 1 (awareness) are y-websocket's. */
const SHARD = {
  step1: { head: [0, 0], parts: { stateVector: 'bytes' } },
  step2: { head: [0, 1], parts: { update: 'bytes', seal: 'seal' } },
  update: { head: [0, 2], parts: { update: 'bytes', seal: 'seal' } },
  presence: { head: [1], parts: { update: 'bytes' } },
  ack: { head: [16], parts: { clocks: 'clocks' } },
} as const satisfies Schema;

export type ControlMessage = MessageOf<typeof CONTROL>;
export type ShardMessage = MessageOf<typeof SHARD>;

export type Frame =
  | { readonly channel: 0; readonly control: ControlMessage }
  | { readonly channel: number; readonly shard: ShardMessage };

/** Close codes of ours (RFC 6455 leaves 4000–4999 to applications). */
export const CLOSE = {
  /** Nothing was heard for too long. */
  silent: 4000,
  badMessage: 4400,
  unauthenticated: 4401,
  forbidden: 4403,
  version: 4406,
  /** Another process serves this organisation: `moved` said which. */
  moved: 4421,
  /** The peer reads too slowly; it reconnects and catches up from its state vector. */
  tooSlow: 4408,
  /** The server cannot write; nothing was lost, the client keeps its edits and comes back. */
  storage: 4507,
} as const;

export function encodeControl(message: ControlMessage): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  writeMessage(encoder, CONTROL, message);
  return encoding.toUint8Array(encoder);
}

export function encodeShard(channel: number, message: ShardMessage): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, channel);
  writeMessage(encoder, SHARD, message);
  return encoding.toUint8Array(encoder);
}

/** What a socket delivered, an `ArrayBuffer` or a view of bytes; null: a text. */
export const bytesOf = (data: unknown): Uint8Array | null =>
  data instanceof Uint8Array ? data : data instanceof ArrayBuffer ? new Uint8Array(data) : null;

/** Decodes what a socket delivered. */
export function decodeFrame(data: unknown): Result<Frame> {
  const bytes = bytesOf(data);
  if (bytes === null) return fail(problem('corrupt', 'not a binary message', { rule: 'SYN-WIRE-DECODE' }));
  const decoder = decoding.createDecoder(bytes);
  let channel: number;
  try {
    channel = decoding.readVarUint(decoder);
  } catch {
    return fail(problem('corrupt', 'the message cannot be read', { rule: 'SYN-WIRE-DECODE' }));
  }
  if (channel === 0) {
    const control = readMessage(decoder, CONTROL);
    return control.ok ? ok({ channel: 0, control: control.value }) : control;
  }
  const shard = readMessage(decoder, SHARD);
  return shard.ok ? ok({ channel, shard: shard.value }) : shard;
}

/** Fingerprint of everything on the wire. SYN-WIRE-VERSION: the test that holds it fails until the version is raised. */
export const wireHash = (): string =>
  bytesToHex(sha256(new TextEncoder().encode(JSON.stringify({ CONTROL, SHARD, CLOSE })))).slice(0, 16);
