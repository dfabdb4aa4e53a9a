import type { ShardId } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { streamOf } from '../epochs.ts';
import type { SocketLike } from '../types.ts';
import { decodeFrame, encodeControl } from './messages.ts';
import { yWebsocketPeer } from './y-websocket.ts';

function dial(shard = 'org') {
  const closed: number[] = [];
  const reasons: string[] = [];
  const client: SocketLike = {
    binaryType: '',
    bufferedAmount: 0,
    send: () => {},
    close(code = 0, reason = '') {
      closed.push(code);
      reasons.push(reason);
    },
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
  };
  const heard: unknown[] = [];
  const peer = yWebsocketPeer(client, { shard, accessToken: 'a ticket' });
  peer.onmessage = ({ data }) => heard.push(decodeFrame(data));
  const say = (message: Uint8Array<ArrayBuffer>): void => client.onmessage?.({ data: message.buffer });
  return { closed, reasons, heard, say, peer };
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

describe('SYN-YWS-EPOCH a document that was begun anew', () => {
  const EPOCH = 1_833_000_000_000_123;
  const open = async (shard: ShardId) => {
    const dialled = dial(shard);
    await Promise.resolve();
    const welcome = { type: 'welcome', serverTime: 1, maxFrameBytes: 1, maxUpdateBytes: 1, maxChannels: 1 } as const;
    dialled.peer.send(encodeControl(welcome));
    return dialled;
  };

  it.each([
    ['org', 0],
    [streamOf('org', EPOCH), EPOCH],
  ])('%s is followed in its epoch, and left when it ends', async (name, epoch) => {
    const { heard, closed, reasons, peer } = await open(name);
    expect(heard.at(-1)).toMatchObject({ value: { control: { type: 'open', shard: 'org', epoch } } });
    peer.send(encodeControl({ type: 'opened', channel: 1, access: 'write', epoch }));
    expect(closed).toEqual([]);
    peer.send(encodeControl({ type: 'moved-on', channel: 1, epoch: EPOCH + 5 }));
    expect([closed, reasons]).toEqual([[4403], [`begun anew: ${streamOf('org', EPOCH + 5)}`]]);
  });

  it('is not followed with the document of another epoch', async () => {
    const { closed, reasons, peer } = await open('org');
    peer.send(encodeControl({ type: 'opened', channel: 1, access: 'write', epoch: EPOCH }));
    expect([closed, reasons]).toEqual([[4403], [`begun anew: ${streamOf('org', EPOCH)}`]]);
  });
});
