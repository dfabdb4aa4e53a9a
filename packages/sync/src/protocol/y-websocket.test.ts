import { describe, expect, it } from 'vitest';
import type { SocketLike } from '../types.ts';
import { decodeFrame } from './messages.ts';
import { yWebsocketPeer } from './y-websocket.ts';

function dial() {
  const closed: number[] = [];
  const client: SocketLike = {
    binaryType: '',
    bufferedAmount: 0,
    send: () => {},
    close: (code = 0) => closed.push(code),
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
  };
  const heard: unknown[] = [];
  const peer = yWebsocketPeer(client, { shard: 'org', accessToken: 'a ticket' });
  peer.onmessage = ({ data }) => heard.push(decodeFrame(data));
  const say = (message: Uint8Array<ArrayBuffer>): void => client.onmessage?.({ data: message.buffer });
  return { closed, heard, say };
}

const STEP1 = Uint8Array.of(0, 0, 1, 0);

describe('SYN-YWS-FIRST before the shard is open', () => {
  it('a hello is said in the client’s place, and what it says waits', async () => {
    const { heard, say, closed } = dial();
    await Promise.resolve();
    for (let n = 0; n < 16; n += 1) say(STEP1);
    expect(heard).toMatchObject([{ ok: true, value: { control: { type: 'hello', accessToken: 'a ticket' } } }]);
    expect(closed).toEqual([]);
  });

  it.each([
    ['too many messages', Array.from({ length: 17 }, () => STEP1)],
    ['too many bytes', [new Uint8Array(1024 * 1024 + 1)]],
  ])('%s end the socket', (_, messages) => {
    const { say, closed } = dial();
    for (const message of messages) say(message);
    expect(closed).toEqual([4400]);
  });
});
