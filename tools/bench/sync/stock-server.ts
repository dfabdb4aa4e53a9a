/**
 * Child process: what y-websocket's own server does, with the same parts: a document a room in memory, the sync protocol
 * of y-protocols, every update to everybody else. Nothing durable, nobody asked who they are.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { type WebSocket, WebSocketServer } from 'ws';
import * as sync from 'y-protocols/sync';
import * as Y from 'yjs';
import { answerParent } from './child.ts';

const SYNC = 0;
const rooms = new Map<string, { readonly doc: Y.Doc; readonly sockets: Set<WebSocket> }>();

function roomOf(name: string) {
  const known = rooms.get(name);
  if (known) return known;
  const room = { doc: new Y.Doc(), sockets: new Set<WebSocket>() };
  rooms.set(name, room);
  room.doc.on('update', (update: Uint8Array, from: unknown) => {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    sync.writeUpdate(encoder, update);
    const bytes = encoding.toUint8Array(encoder);
    for (const socket of room.sockets) if (socket !== from) socket.send(bytes);
  });
  return room;
}

const http = createServer();
new WebSocketServer({ server: http, perMessageDeflate: false }).on('connection', (socket, request) => {
  const { doc, sockets } = roomOf(request.url ?? '/');
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.on('message', (data: Buffer) => {
    const decoder = decoding.createDecoder(new Uint8Array(data));
    if (decoding.readVarUint(decoder) !== SYNC) return;
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    sync.readSyncMessage(decoder, encoder, doc, socket);
    if (encoding.length(encoder) > 1) socket.send(encoding.toUint8Array(encoder));
  });
});
http.listen(0, '127.0.0.1', () => {
  answerParent(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, async () => {
    http.closeAllConnections();
    http.close();
  });
});
