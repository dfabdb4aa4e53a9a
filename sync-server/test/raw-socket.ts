/** A socket that speaks the protocol by hand: for what a client of ours would never do. */
import type { ShardId } from '@fieldfare/kernel';
import { decodeFrame, encodeControl, encodeShard, type Frame, PROTOCOL_VERSION } from '@fieldfare/sync';
import { WebSocket } from 'ws';
import { until } from './support.ts';

export interface RawSocket {
  readonly ws: WebSocket;
  readonly heard: Frame[];
  /** Close code, null while open. */
  closed(): number | null;
  hello(token: string): Promise<void>;
  /** Opens a shard and asks for nothing. */
  open(channel: number, shard: ShardId): Promise<void>;
  ping(nonce: number): void;
  presence(channel: number, update: Uint8Array): void;
  control(type: string): readonly Frame[];
}

export async function dialRaw(serverUrl: string): Promise<RawSocket> {
  const ws = new WebSocket(`${serverUrl.replace('http', 'ws')}/sync`);
  const heard: Frame[] = [];
  let code: number | null = null;
  ws.on('error', () => undefined);
  ws.on('close', (closed) => {
    code = closed;
  });
  ws.on('message', (data: Buffer) => {
    const frame = decodeFrame(new Uint8Array(data));
    if (frame.ok) heard.push(frame.value);
  });
  await new Promise<void>((resolve) => ws.once('open', resolve));
  const control = (type: string): Frame[] => heard.filter((frame) => 'control' in frame && frame.control.type === type);
  return {
    ws,
    heard,
    control,
    closed: () => code,
    async hello(token) {
      ws.send(encodeControl({ type: 'hello', protocolVersion: PROTOCOL_VERSION, accessToken: token, deviceId: '' }));
      await until(() => control('welcome').length > 0 || code !== null, 'an answer to hello');
    },
    async open(channel, shard) {
      const before = control('opened').length;
      ws.send(encodeControl({ type: 'open', channel, shard, epoch: 0 }));
      await until(() => control('opened').length > before, 'opened');
      ws.send(encodeShard(channel, { type: 'step1', stateVector: Uint8Array.of(0) }));
      await until(() => heard.some((f) => f.channel === channel && 'shard' in f && f.shard.type === 'step2'), 'state');
    },
    ping: (nonce) => ws.send(encodeControl({ type: 'ping', nonce })),
    presence: (channel, update) => ws.send(encodeShard(channel, { type: 'presence', update })),
  };
}
