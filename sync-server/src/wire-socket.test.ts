import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { WireSocket } from './wire-socket.ts';

/** A network connection whose writes take `ms` of the server's time each. */
function openWire(ms = 0) {
  const writes: number[] = [];
  const wire = new PassThrough();
  const write = (frames: number): void => {
    writes.push(frames);
    now += ms;
  };
  wire._writev = (chunks, done) => {
    write(chunks.length);
    done();
  };
  wire._write = (_chunk, _encoding, done) => {
    write(1);
    done();
  };
  const web = { readyState: WebSocket.OPEN, bufferedAmount: 0 } as WebSocket;
  return { socket: new WireSocket(web, wire), writes };
}

let now = 0;
beforeEach(() => {
  now += 1_000_000; // pauses of earlier tests are over
  vi.useFakeTimers({ toFake: ['setImmediate', 'setTimeout'] });
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number): void => {
  now += ms;
  vi.advanceTimersByTime(ms);
};
const bytes = Uint8Array.of(1, 2, 3);

describe('a socket’s writes', () => {
  it('SRV-GATHER: what is sent in one turn leaves in one write, at once where little is said', () => {
    const { socket, writes } = openWire();
    for (let n = 0; n < 3; n++) socket.send(bytes);
    expect(writes).toEqual([]);
    pass(0);
    expect(writes).toEqual([3]);
    socket.send(bytes);
    pass(0);
    expect(writes).toEqual([3, 1]);
  });

  it('SRV-GATHER: behind a round that took long, what is sent waits three times as long for the next', () => {
    const { socket, writes } = openWire(8);
    socket.send(bytes);
    pass(0);
    for (let n = 0; n < 5; n++) {
      socket.send(bytes);
      pass(4);
    }
    expect(writes).toEqual([1]);
    pass(4);
    expect(writes).toEqual([1, 5]);
  });

  it('SRV-GATHER: but no longer than the bound', () => {
    const { socket, writes } = openWire(10_000);
    socket.send(bytes);
    pass(0);
    socket.send(bytes);
    pass(50);
    expect(writes).toEqual([1, 1]);
  });
});
