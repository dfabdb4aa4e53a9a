/**
 * A `ws` socket as a peer sees it, at the least cost for each message: fan-out is many small frames, and most of what they
 * cost is handing them on one by one.
 *  - bytes that go to many sockets are framed once (RFC 6455; a server's frames are not masked, so all are alike)
 *
 *  SRV-GATHER  all that is sent in one turn of the event loop leaves in one write a socket. A round of such writes is followed
 *              by a pause in proportion to the time it took: where little is said nobody notices; a busy server hands on more
 *              with each write, and spends no more than a quarter of its time on that
 */
import type { Duplex } from 'node:stream';
import type { SocketLike } from '@fieldfare/sync';
import { WebSocket } from 'ws';

const FINAL_BINARY = 0x82;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

function framed(data: Uint8Array): Uint8Array {
  const { length } = data;
  const head = length < LENGTH_16 ? 2 : length < 0x10000 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = FINAL_BINARY;
  frame[1] = head === 2 ? length : head === 4 ? LENGTH_16 : LENGTH_64;
  if (head === 4) frame.writeUInt16BE(length, 2);
  if (head === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.set(data, head);
  return frame;
}

/** What was sent last, to whichever socket. */
let last: { readonly data: Uint8Array; readonly frame: Uint8Array } | null = null;

function frameOf(data: Uint8Array): Uint8Array {
  if (last?.data !== data) last = { data, frame: framed(data) };
  return last.frame;
}

/** Of the pause behind a round of writes, to the time that the round took. */
const PAUSE = 3;
/** So much later than without pauses anything leaves at most. */
const MAX_PAUSE_MS = 50;

/** Those that something was sent on since the last round. */
let gathered: WireSocket[] = [];
let pausedUntil = 0;

function gather(socket: WireSocket): void {
  if (gathered.push(socket) > 1) return;
  const wait = pausedUntil - performance.now();
  if (wait > 0) setTimeout(letAllGo, wait);
  else setImmediate(letAllGo);
}

function letAllGo(): void {
  const sockets = gathered;
  gathered = [];
  last = null;
  const since = performance.now();
  for (const socket of sockets) socket.letGo();
  const now = performance.now();
  pausedUntil = now + Math.min(MAX_PAUSE_MS, PAUSE * (now - since));
}

/**
 * `wire`: the network connection under the socket. Bytes that were sent must not change any more. Whoever listens to the
 * socket hands on what it says: thousands of idle sockets share their listeners.
 */
export class WireSocket implements SocketLike {
  binaryType = 'arraybuffer';
  onopen: SocketLike['onopen'] = null;
  onmessage: SocketLike['onmessage'] = null;
  onclose: SocketLike['onclose'] = null;
  onerror: SocketLike['onerror'] = null;
  readonly #socket: WebSocket;
  readonly #wire: Duplex;
  #gathers = false;

  constructor(socket: WebSocket, wire: Duplex) {
    this.#socket = socket;
    this.#wire = wire;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(data: Uint8Array): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (!this.#gathers) {
      this.#gathers = true;
      this.#wire.cork();
      gather(this);
    }
    this.#wire.write(frameOf(data));
  }

  letGo(): void {
    this.#gathers = false;
    this.#wire.uncork();
  }

  /** What the socket delivered. */
  heard(data: Buffer, isBinary: boolean): void {
    const bytes = isBinary ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : null;
    this.onmessage?.({ data: bytes });
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }
}
