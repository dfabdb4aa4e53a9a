/** The store where the product runs it: in a module worker of a real Chromium, opened from a template Blob. */
import { afterEach, expect, it } from 'vitest';
import type { Ask, Opened } from '../test/store.worker.ts';
// Vite looks for dependencies in test files, not in workers: what it finds late makes it reload in mid-test.
import './store.ts';

let worker: Worker | undefined;
afterEach(() => worker?.terminate());

/** Each question goes to a worker of its own, as in a fresh page. */
function ask<T>(question: Ask): Promise<T> {
  worker?.terminate();
  const asked = new Worker(new URL('../test/store.worker.ts', import.meta.url), { type: 'module' });
  worker = asked;
  return new Promise<T>((resolve, reject) => {
    asked.onmessage = ({ data }: MessageEvent<{ answer?: T; error?: string }>) =>
      data.answer === undefined ? reject(new Error(data.error)) : resolve(data.answer);
    asked.onerror = (event) => reject(new Error(event.message));
    asked.postMessage(question);
  });
}

it('STO-WORKER opens from a template in a worker, projects both ways of writing, derives, digests', async () => {
  const { template } = await ask<{ template: Blob; buildMs: number }>({ kind: 'build' });
  const many = await ask<Opened>({ kind: 'open', template, rows: 300 }); // by COPY
  expect(many.groups).toEqual(['g0', 'g1', 'g2'].map((groupName) => ({ groupName, things: 100 })));
  const few = await ask<Opened>({ kind: 'open', template, rows: 30 }); // as JSON
  expect(few.groups).toEqual(['g0', 'g1', 'g2'].map((groupName) => ({ groupName, things: 10 })));
  const again = await ask<Opened>({ kind: 'open', template, rows: 300 });
  expect(again.digest).toEqual(many.digest);
  expect(few.digest).not.toEqual(many.digest);
});
