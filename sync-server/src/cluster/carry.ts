/** Requests and upgrades of callers whose tenant another process serves, passed on to it as they came (`SRV-ERRAND`). */
import { type ClientRequest, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';

/** On a request that was carried already. */
export const CARRIED = 'x-fieldfare-carried';
/** Of one connection, not of what travels on it. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te']);

function ask({ url, method }: IncomingMessage, to: string, headers: IncomingMessage['headers']): ClientRequest {
  const target = new URL(url ?? '/', to);
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  return send(target, { method, headers: { ...headers, [CARRIED]: '1' } });
}

/** Passes a request on, unread, and its answer back. `failed`: nothing was answered, and there is nobody to ask. */
export function carry(incoming: IncomingMessage, answer: ServerResponse, to: string, failed: () => void): void {
  const lasting = Object.entries(incoming.headers).filter(([name]) => !HOP_BY_HOP.has(name));
  const outgoing = ask(incoming, to, Object.fromEntries(lasting));
  outgoing.on('response', (got) => {
    const back = Object.entries(got.headers).filter(([name]) => !HOP_BY_HOP.has(name));
    answer.writeHead(got.statusCode ?? 502, Object.fromEntries(back));
    got.pipe(answer);
    got.on('error', () => answer.destroy());
  });
  outgoing.on('error', () => (answer.headersSent ? answer.destroy() : failed()));
  answer.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

/**
 * Passes an upgrade on, and from then on everything in both directions, for clients that cannot be told to go elsewhere.
 * `failed`: it was not granted there.
 */
export function carryUpgrade(
  incoming: IncomingMessage,
  near: Duplex,
  head: Buffer,
  to: string,
  failed: () => void,
): void {
  const outgoing = ask(incoming, to, incoming.headers);
  outgoing.on('upgrade', (granted, far: Duplex, farHead) => {
    const lines = [`HTTP/1.1 101 ${granted.statusMessage ?? ''}`];
    for (let i = 0; i < granted.rawHeaders.length; i += 2) {
      lines.push(`${granted.rawHeaders[i]}: ${granted.rawHeaders[i + 1]}`);
    }
    near.write(`${lines.join('\r\n')}\r\n\r\n`);
    near.write(farHead);
    far.write(head);
    far.pipe(near).pipe(far);
    far.on('error', () => near.destroy());
    far.on('close', () => near.destroy());
    near.on('close', () => far.destroy());
  });
  outgoing.on('response', (refused) => {
    refused.resume();
    failed();
  });
  outgoing.on('error', failed);
  outgoing.end();
}
