/**
 * Serves the built web app. Files under /assets carry a hash of their content in the name and never change; everything
 * else is asked for again each time. Addresses of screens get the page itself.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { notFoundProblem, sendProblems } from './problems.ts';

const ABSENT = `Fieldfare's server is running, but there is no built app here to show.

Build it with:   pnpm start          (builds and serves everything)
or point here:   pnpm server --web <folder of the built app>

The sync endpoint (/sync), sign-in (/auth) and procedures (/trpc) work without it.
`;

const API = /^\/(auth|trpc|sync|healthz|readyz|metrics|assets)(\/|$)/;

/** A person's browser asks for a screen: no file extension, wants HTML. */
function wantsPage({ method, url, headers }: FastifyRequest): boolean {
  const [path = '/'] = url.split('?');
  const read = method === 'GET' || method === 'HEAD';
  const html = headers.accept?.includes('text/html') ?? false;
  return read && html && !API.test(path) && !/\.[a-z0-9]+$/i.test(path);
}

export function registerWeb(app: FastifyInstance, webDir: string | null): void {
  const built = webDir !== null && existsSync(join(webDir, 'index.html'));
  if (built) {
    app.register(fastifyStatic, {
      root: webDir,
      index: false,
      cacheControl: false,
      dotfiles: 'ignore',
      setHeaders(reply, path) {
        const hashed = path.startsWith(join(webDir, 'assets'));
        reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  const page = (reply: FastifyReply): FastifyReply =>
    built
      ? reply.sendFile('index.html')
      : reply.header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(ABSENT);
  app.get('/', (_request, reply) => page(reply));
  app.setNotFoundHandler((request, reply) => {
    return wantsPage(request) ? page(reply.code(200)) : sendProblems(reply, [notFoundProblem]);
  });
}
