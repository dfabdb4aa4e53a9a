/**
 * The loopback door: companion tools on this machine call the same router as the screen, over HTTP on 127.0.0.1.
 *
 * Who may come in: whoever can read `loopback.json` in the user's own data folder (mode 0600): it holds the address
 * and a random token, new at every start. Requests with a foreign Host or any Origin are refused, so that a web page
 * in some browser cannot reach it.
 *
 * Requests are not answered here: each goes to the working copy's worker over a message port, and the answer
 * streams back (subscriptions too). While the working copy is locked the worker answers 401.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { MessagePortMain } from 'electron';
import { z } from 'zod';

const BODY_LIMIT = 16 * 1024 * 1024;

const FromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('head'), id: z.number(), status: z.number(), headers: z.record(z.string(), z.string()) }),
  z.object({ type: z.literal('chunk'), id: z.number(), bytes: z.instanceof(Uint8Array) }),
  z.object({ type: z.literal('end'), id: z.number() }),
]);

export interface Loopback {
  /** The port to the worker that answers from now on. */
  attach(port: MessagePortMain): void;
  close(): Promise<void>;
}

export async function startLoopback(directory: string): Promise<Loopback> {
  const token = randomBytes(32).toString('base64url');
  const expected = Buffer.from(`Bearer ${token}`);
  const waiting = new Map<number, ServerResponse>();
  let worker: MessagePortMain | null = null;
  let nextId = 1;
  let host = '';

  const allowed = (request: IncomingMessage): boolean => {
    const given = Buffer.from(request.headers.authorization ?? '');
    return (
      request.headers.host === host &&
      request.headers.origin === undefined &&
      given.length === expected.length &&
      timingSafeEqual(given, expected)
    );
  };

  const refuse = (response: ServerResponse, status: number, title: string): void => {
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ type: 'about:blank', title, status }));
  };

  const server = createServer((request, response) => {
    if (!allowed(request)) return refuse(response, 401, 'this door needs the token from loopback.json');
    if (!worker) return refuse(response, 503, 'the application’s window is not ready');
    const to = worker;
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_LIMIT) {
        refuse(response, 413, 'the request is too large');
        request.destroy();
      } else chunks.push(chunk);
    });
    request.on('end', () => {
      const id = nextId;
      nextId += 1;
      waiting.set(id, response);
      response.on('close', () => {
        if (waiting.delete(id)) to.postMessage({ type: 'cancel', id });
      });
      to.postMessage({
        type: 'request',
        id,
        method: request.method ?? 'GET',
        url: request.url ?? '/',
        contentType: request.headers['content-type'] ?? '',
        accept: request.headers.accept ?? '',
        body: new Uint8Array(Buffer.concat(chunks)),
      });
    });
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  host = `127.0.0.1:${port}`;
  const file = join(directory, 'loopback.json');
  await writeFile(file, JSON.stringify({ url: `http://${host}`, token }), { mode: 0o600 });
  await chmod(file, 0o600); // the mode above counts for new files only

  return {
    attach(attached) {
      worker?.close();
      worker = attached;
      attached.on('message', ({ data }) => {
        const message = FromWorker.safeParse(data);
        if (!message.success) return;
        const response = waiting.get(message.data.id);
        if (!response) return;
        if (message.data.type === 'head') response.writeHead(message.data.status, message.data.headers);
        else if (message.data.type === 'chunk') response.write(message.data.bytes);
        else {
          waiting.delete(message.data.id);
          response.end();
        }
      });
      attached.start();
    },
    async close() {
      await rm(file, { force: true });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
