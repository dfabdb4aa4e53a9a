/** Clients that only send bytes prepared beforehand and note when they come out again: the same for every server. */
import { createOutlet, decodeFrame, encodeControl, encodeShard, PROTOCOL_VERSION, spanOf } from '@fieldfare/sync';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import * as sync from 'y-protocols/sync';
import * as Y from 'yjs';

/** Client id and clock of an update's one struct: names it on its way. */
export type UpdateKey = string;

/** An update ready to be sent. */
export interface Prepared {
  readonly update: Uint8Array;
  readonly key: UpdateKey;
  readonly client: number;
  /** The clock behind its one struct. */
  readonly end: number;
}

export interface Client {
  send(prepared: Prepared): void;
  close(): void;
}

export interface Hearing {
  /** Another client's update has come. */
  update(key: UpdateKey): void;
  /** The server has stored everything of this client up to this clock. Never called by a server that stores nothing. */
  ack(client: number, clock: number): void;
}

/** Every update in what came. Those of the bench have one struct each; servers may put several together. */
export function keysOf(update: Uint8Array): readonly UpdateKey[] {
  const decoder = decoding.createDecoder(update);
  const clients = decoding.readVarUint(decoder);
  const structs = decoding.readVarUint(decoder);
  if (clients === 1 && structs === 1) return [`${decoding.readVarUint(decoder)}:${decoding.readVarUint(decoder)}`];
  const span = spanOf(update);
  if (span !== null) return keysFrom(span.client, span.from, span.end);
  const { from, to } = Y.parseUpdateMeta(update);
  return [...from].flatMap(([client, first]) => keysFrom(client, first, to.get(client) ?? first));
}

const keysFrom = (client: number, from: number, end: number): readonly UpdateKey[] =>
  Array.from({ length: end - from }, (_, n) => `${client}:${from + n}`);

const hear = (hearing: Hearing, update: Uint8Array): void => {
  for (const key of keysOf(update)) hearing.update(key);
};

/** How our clients send: every update by itself, as stock ones do, or by the rule of the product's own (its very code). */
export type Manner = 'one by one' | 'together';

const opened = (socket: WebSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });

const CHANNEL = 1;

const setTimer = (run: () => void, ms: number): (() => void) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** One signed-in socket; with a shard, one that has it open and hears of its updates. */
export function dialOurs(
  url: string,
  token: string,
  shard: string | null,
  hearing: Hearing,
  manner: Manner,
): Promise<Client> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/sync`, { perMessageDeflate: false });
  const say = (update: Uint8Array): void => socket.send(encodeShard(CHANNEL, { type: 'update', update }));
  const outlet = manner === 'together' ? createOutlet({ say, setTimer }) : null;
  const client: Client = {
    send({ update, client: id, end }) {
      if (outlet === null) say(update);
      else outlet.send(update, new Map([[id, end]]));
    },
    close: () => socket.close(),
  };
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', (code) => reject(new Error(`closed with ${code}`)));
    socket.once('open', () =>
      socket.send(
        encodeControl({ type: 'hello', protocolVersion: PROTOCOL_VERSION, accessToken: token, deviceId: '' }),
      ),
    );
    socket.on('message', (data: Buffer) => {
      const frame = decodeFrame(data);
      if (!frame.ok) return reject(new Error('unreadable'));
      if ('control' in frame.value) {
        const { control } = frame.value;
        if (control.type === 'refused')
          reject(new Error(`refused: ${control.problem.rule}: ${control.problem.message}`));
        if (control.type === 'welcome') {
          if (shard === null) resolve(client);
          else socket.send(encodeControl({ type: 'open', channel: CHANNEL, shard, epoch: 0 }));
        }
        if (control.type === 'opened') {
          socket.send(encodeShard(CHANNEL, { type: 'step1', stateVector: Uint8Array.of(0) }));
        }
        return;
      }
      const message = frame.value.shard;
      if (message.type === 'step2') resolve(client);
      else if (message.type === 'update') hear(hearing, message.update);
      else if (message.type === 'ack') {
        outlet?.acknowledged(message.clocks);
        for (const [id, clock] of message.clocks) hearing.ack(id, clock);
      }
    });
  });
}

export async function dialStock(url: string, room: string, hearing: Hearing): Promise<Client> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/${room}`, { perMessageDeflate: false });
  socket.on('message', (data: Buffer) => {
    const decoder = decoding.createDecoder(new Uint8Array(data));
    if (decoding.readVarUint(decoder) !== 0 || decoding.readVarUint(decoder) !== sync.messageYjsUpdate) return;
    hear(hearing, decoding.readVarUint8Array(decoder));
  });
  await opened(socket);
  return {
    send({ update }) {
      const encoder = encoding.createEncoder();
      encoding.writeVarUint(encoder, 0);
      sync.writeUpdate(encoder, update);
      socket.send(encoding.toUint8Array(encoder));
    },
    close: () => socket.close(),
  };
}

/** Hocuspocus' messages begin with the document's name; it wants to be told a token, whichever. */
export async function dialHocuspocus(url: string, room: string, hearing: Hearing): Promise<Client> {
  const SYNC = 0;
  const AUTH = 2;
  const TOKEN = 0;
  const AUTHENTICATED = 2;
  const message = (write: (encoder: encoding.Encoder) => void): Uint8Array => {
    const encoder = encoding.createEncoder();
    encoding.writeVarString(encoder, room);
    write(encoder);
    return encoding.toUint8Array(encoder);
  };
  const socket = new WebSocket(url.replace('http', 'ws'), { perMessageDeflate: false });
  await opened(socket);
  return new Promise((resolve, reject) => {
    socket.once('close', (code) => reject(new Error(`closed with ${code}`)));
    socket.on('message', (data: Buffer) => {
      const decoder = decoding.createDecoder(new Uint8Array(data));
      decoding.readVarString(decoder);
      const type = decoding.readVarUint(decoder);
      if (type === AUTH && decoding.readVarUint(decoder) === AUTHENTICATED) {
        resolve({
          send: ({ update }) =>
            socket.send(
              message((encoder) => {
                encoding.writeVarUint(encoder, SYNC);
                sync.writeUpdate(encoder, update);
              }),
            ),
          close: () => socket.close(),
        });
      }
      if (type === SYNC && decoding.readVarUint(decoder) === sync.messageYjsUpdate) {
        hear(hearing, decoding.readVarUint8Array(decoder));
      }
    });
    socket.send(
      message((encoder) => {
        encoding.writeVarUint(encoder, AUTH);
        encoding.writeVarUint(encoder, TOKEN);
        encoding.writeVarString(encoder, 'bench');
      }),
    );
  });
}
