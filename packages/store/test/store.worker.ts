/** Runs in a module worker of the browser test: makes a template, opens a store, projects, answers with what it saw. */
import { unwrap } from '@fieldfare/kernel';
import { schemaHash } from '../src/schema.ts';
import { openStore } from '../src/store.ts';
import { buildTemplate } from '../src/template/build.ts';
import { describeTemplate, verifyTemplate } from '../src/template/manifest.ts';
import { counts, row, type TestDatabase, testTables } from './fixtures.ts';

export type Ask =
  | { readonly kind: 'build' }
  | { readonly kind: 'open'; readonly template: Blob; readonly rows: number };

export interface Opened {
  readonly openMs: number;
  readonly projectMs: number;
  readonly digest: Readonly<Record<string, string>>;
  readonly groups: readonly { readonly groupName: string; readonly things: number }[];
}

export const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    row(`row-${n}`, { groupName: `g${n % 3}`, size: n % 1000, tags: ['é', '🦆'] }),
  );

async function build(): Promise<{ readonly template: Blob; readonly buildMs: number }> {
  const started = performance.now();
  const bytes = await buildTemplate(testTables, [counts]);
  const hash = schemaHash(testTables, [counts]);
  unwrap(await verifyTemplate(bytes, await describeTemplate(bytes, hash, 'template.tar'), hash));
  return { template: new Blob([bytes]), buildMs: performance.now() - started };
}

async function open(template: Blob, rows: number): Promise<Opened> {
  const started = performance.now();
  const store = await openStore<TestDatabase>({ tables: testTables, derivations: [counts], template });
  const openMs = performance.now() - started;
  const batch = rowsOf(rows);
  const projecting = performance.now();
  await store.project(batch, 1);
  const projectMs = performance.now() - projecting;
  const groups = await store.db.selectFrom('groupCounts').selectAll().orderBy('groupName').execute();
  const digest = await store.digest();
  await store.close();
  return { openMs, projectMs, digest, groups };
}

globalThis.addEventListener('message', (event: MessageEvent<Ask>) => {
  const ask = event.data;
  (ask.kind === 'build' ? build() : open(ask.template, ask.rows)).then(
    (answer) => globalThis.postMessage({ answer }),
    (error: unknown) => globalThis.postMessage({ error: String(error) }),
  );
});
