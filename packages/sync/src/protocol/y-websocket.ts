/**
 * The y-websocket protocol in front of a peer: an unmodified y-websocket client follows one shard and writes rows into it.
 * What it sends meets the same guard, journal and receipts as everything else.
 *
 *  SYN-YWS-FIRST   the address names shard and ticket, so the first words are said in the client's place; what it says
 *                  meanwhile waits, and more than a client says by itself ends the socket (4400)
 *  SYN-YWS-WORDS   sync and awareness pass as they are; acks, which stock clients have no word for, stay here
 *  SYN-YWS-REFUSE  no access: the socket closes (4403). A refused update: `permission denied` with the reason. The client
 *                  still shows that edit and would offer it again: its document has to be made anew
 *  SYN-YWS-EPOCH   a document is followed in one epoch (epochs.ts), the first or the one in the address (`<shard>@<epoch>`). In
 *                  another one the socket closes (4403), and the reason ends with the address to go on at, with a new document
 *  SYN-YWS-ALIVE   awareness is answered, for stock clients give up a link that says nothing for 30 s
 */
import type { ShardId } from '@fieldfare/kernel';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { placeOfStream, streamOf } from '../epochs.ts';
import type { SocketLike } from '../types.ts';
import {
  bytesOf,
  CLOSE,
  type ControlMessage,
  decodeFrame,
  encodeControl,
  encodeShard,
  PROTOCOL_VERSION,
} from './messages.ts';
import { encodePresence } from './presence.ts';

/** Message types of y-websocket. */
const SYNC = 0;
const AWARENESS = 1;
const AUTH = 2;
const QUERY_AWARENESS = 3;

const PERMISSION_DENIED = 0;

/** The one channel, one byte as a varuint. */
const CHANNEL = 1;
const MAX_EARLY_MESSAGES = 16;
const MAX_EARLY_BYTES = 1024 * 1024;

const STILL_HERE = encodeShard(CHANNEL, { type: 'presence', update: encodePresence([]) }).subarray(1);

function permissionDenied(reason: string): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, AUTH);
  encoding.writeVarUint(encoder, PERMISSION_DENIED);
  encoding.writeVarString(encoder, reason);
  return encoding.toUint8Array(encoder);
}

function typeOf(message: Uint8Array): number | null {
  try {
    return decoding.readVarUint(decoding.createDecoder(message));
  } catch {
    return null;
  }
}

/** A socket for `servePeer`, over a y-websocket client's `socket` that asked for `shard` with an access token or ticket. */
export function yWebsocketPeer(
  socket: SocketLike,
  { shard: stream, accessToken }: { readonly shard: ShardId; readonly accessToken: string },
): SocketLike {
  const { shard, epoch } = placeOfStream(stream);
  const peer: SocketLike = {
    binaryType: 'arraybuffer',
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: toClient,
    close: (code, reason) => socket.close(code, reason),
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
  };
  /** What the client said before the shard was open; null once it is. */
  let early: Uint8Array[] | null = [];
  let earlyBytes = 0;

  const toPeer = (data: Uint8Array): void => peer.onmessage?.({ data });
  const say = (message: ControlMessage): void => toPeer(encodeControl(message));
  const hangUp = (code: number, reason: string): void => {
    socket.close(code, reason);
    peer.onclose?.({ code, reason });
  };

  function hearControl(message: ControlMessage): void {
    if (message.type === 'welcome') say({ type: 'open', channel: CHANNEL, shard, epoch });
    if (message.type === 'moved-on' || (message.type === 'opened' && message.epoch !== epoch)) {
      hangUp(CLOSE.forbidden, `begun anew: ${streamOf(shard, message.epoch)}`);
      return;
    }
    if (message.type === 'opened') {
      const waiting = early ?? [];
      early = null;
      for (const each of waiting) pass(each);
    }
    if (message.type !== 'refused') return;
    if (early === null) socket.send(permissionDenied(message.problem.message));
    else hangUp(CLOSE.forbidden, message.problem.code);
  }

  function toClient(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (!frame.ok) return;
    if ('control' in frame.value) hearControl(frame.value.control);
    else if (frame.value.shard.type !== 'ack') socket.send(bytes.subarray(1));
  }

  function pass(message: Uint8Array): void {
    const type = typeOf(message);
    if (type === AUTH || type === QUERY_AWARENESS) return; // it is told who is here without asking
    if (type !== SYNC && type !== AWARENESS) {
      hangUp(CLOSE.badMessage, 'unreadable');
      return;
    }
    const framed = new Uint8Array(message.length + 1);
    framed[0] = CHANNEL;
    framed.set(message, 1);
    toPeer(framed);
    if (type === AWARENESS) socket.send(STILL_HERE);
  }

  function keep(message: Uint8Array, waiting: Uint8Array[]): void {
    earlyBytes += message.length;
    if (waiting.length === MAX_EARLY_MESSAGES || earlyBytes > MAX_EARLY_BYTES) hangUp(CLOSE.badMessage, 'too early');
    else waiting.push(message);
  }

  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => {
    const bytes = bytesOf(data);
    if (bytes === null) hangUp(CLOSE.badMessage, 'not binary');
    else if (early === null) pass(bytes);
    else keep(bytes.slice(), early);
  };
  socket.onerror = () => peer.onerror?.();
  socket.onclose = (event) => peer.onclose?.(event);
  // The peer listens from the next turn on.
  queueMicrotask(() => say({ type: 'hello', protocolVersion: PROTOCOL_VERSION, accessToken, deviceId: '' }));
  return peer;
}
