/**
 * `GET /metrics`. Whoever holds `FIELDFARE_METRICS_TOKEN` may ask from anywhere; without a token only this machine itself,
 * and not what a proxy on it passes on.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { problem } from '@fieldfare/kernel';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics } from '../metrics.ts';
import { bearerOf } from './bearer.ts';
import { sendProblems } from './problems.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

function allowed(request: FastifyRequest, token: string | undefined): boolean {
  if (token !== undefined && token !== '') {
    const shown = bearerOf(request.headers);
    return shown.ok && timingSafeEqual(digest(shown.value), digest(token));
  }
  return (
    LOOPBACK.test(request.socket.remoteAddress ?? '') && !FORWARDED.some((name) => request.headers[name] !== undefined)
  );
}

export function registerMetrics(app: FastifyInstance, metrics: Metrics, token: string | undefined): void {
  app.get('/metrics', async (request, reply) => {
    if (!allowed(request, token)) {
      return sendProblems(reply, [problem('forbidden', 'the counters are not for you', { rule: 'SRV-METRICS' })]);
    }
    return reply
      .header('cache-control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.text());
  });
}
