/** Test helper: a `FileStore` in a real worker, driven by messages, so that the suites of the page run against OPFS. */
import { FileError, type FileStore, systemRandom } from '@fieldfare/kernel';
import { openJournal } from '../journal.ts';
import { KEY, record, TENANT } from '../journal-fixture.ts';
import { openOpfsFiles } from './opfs-files.ts';
import type { Call, Reply } from './opfs-test-client.ts';

type Open = Awaited<ReturnType<FileStore['open']>>;

let store: FileStore | null = null;
const files = new Map<number, Open>();
let lastFile = 0;

async function run(call: Call): Promise<unknown> {
  if (call.on === 'open') {
    const opened = await openOpfsFiles(call.dir);
    if (opened.ok) store = opened.value;
    return opened.ok ? null : opened.problems;
  }
  if (call.on === 'store') {
    if (store === null) throw new FileError('closed', 'not open');
    if (call.method !== 'open') return (store[call.method] as (...args: unknown[]) => unknown)(...call.args);
    const file = await store.open(call.args[0] as string);
    lastFile += 1;
    files.set(lastFile, file);
    return { file: lastFile, size: file.size() };
  }
  if (call.on === 'file') {
    const file = files.get(call.file);
    if (!file) throw new FileError('closed', 'no such file');
    const value = await (file[call.method] as (...args: unknown[]) => unknown)(...call.args);
    return { value, size: file.size() };
  }
  // Writes without end and tells each acknowledgement, until it is killed.
  if (store === null) throw new FileError('closed', 'not open');
  const journal = await openJournal({
    files: store,
    tenantId: TENANT,
    key: KEY,
    random: systemRandom,
    segmentBytes: 50_000,
  });
  if (!journal.ok) return journal.problems;
  for (let i = 0; ; i++) {
    const label = `${call.prefix}${i}`;
    const done = await journal.value.append([record('org', label), record('org', `${label}'`)]);
    if (done.ok) self.postMessage({ acked: label });
  }
}

self.onmessage = async ({ data }: MessageEvent<{ id: number; call: Call }>) => {
  const reply = (message: Reply): void => self.postMessage(message);
  try {
    reply({ id: data.id, value: await run(data.call) });
  } catch (error) {
    const code = error instanceof FileError ? error.code : null;
    reply({ id: data.id, error: { code, message: String(error) } });
  }
};
