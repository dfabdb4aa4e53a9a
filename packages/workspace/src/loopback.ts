/**
 * Answers companion tools' HTTP requests that the desktop shell passes to the worker over a message port. Bodies
 * stream back, so subscriptions work as they do against the server.
 */
import type { Context } from '@fieldfare/domain';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { z } from 'zod';
import { workspaceRouter } from './router.ts';

const Message = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('request'),
    id: z.number(),
    method: z.enum(['GET', 'POST']),
    url: z.string().startsWith('/trpc/'),
    contentType: z.string(),
    accept: z.string(),
    body: z.instanceof(Uint8Array<ArrayBuffer>),
  }),
  z.object({ type: z.literal('cancel'), id: z.number() }),
]);

/** `context` is asked at each request: a locked working copy has none, and the answer is then 401. */
export function serveLoopback(port: MessagePort, context: () => Promise<Context | null>): void {
  const running = new Map<number, AbortController>();

  const answer = async (id: number, response: Response): Promise<void> => {
    port.postMessage({ type: 'head', id, status: response.status, headers: Object.fromEntries(response.headers) });
    const reader = response.body?.getReader();
    for (;;) {
      const part = await reader?.read();
      if (!part || part.done) break;
      port.postMessage({ type: 'chunk', id, bytes: part.value });
    }
    port.postMessage({ type: 'end', id });
  };

  const refusal = (status: number, title: string): Response =>
    new Response(JSON.stringify({ type: 'about:blank', title, status }), {
      status,
      headers: { 'content-type': 'application/problem+json' },
    });

  port.onmessage = async ({ data }: MessageEvent<unknown>) => {
    const message = Message.safeParse(data);
    if (!message.success) {
      const id = (data as { id?: unknown } | null)?.id;
      if (typeof id === 'number') await answer(id, refusal(404, 'there is nothing at this address'));
      return;
    }
    const { id } = message.data;
    if (message.data.type === 'cancel') {
      running.get(id)?.abort();
      return;
    }
    const { method, url, contentType, accept, body } = message.data;
    const ctx = await context();
    if (!ctx) return answer(id, refusal(401, 'the working copy is locked'));
    const stopped = new AbortController();
    running.set(id, stopped);
    try {
      const request = new Request(`http://loopback${url}`, {
        method,
        headers: { accept, ...(contentType === '' ? {} : { 'content-type': contentType }) },
        ...(method === 'POST' ? { body } : {}),
        signal: stopped.signal,
      });
      const response = await fetchRequestHandler({
        endpoint: '/trpc',
        req: request,
        router: workspaceRouter,
        createContext: () => ctx,
      });
      await answer(id, response);
    } catch {
      port.postMessage({ type: 'end', id }); // cancelled, or the stream broke: either way there is no more
    } finally {
      running.delete(id);
    }
  };
}
