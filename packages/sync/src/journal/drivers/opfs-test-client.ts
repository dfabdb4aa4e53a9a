/** Test helper: the page's side of `opfs-test-worker.ts`. */
import {
  type AppendFile,
  FileError,
  type FileErrorCode,
  type FileStore,
  fail,
  ok,
  type Problem,
  type Result,
} from '@fieldfare/kernel';

export type Call =
  | { readonly on: 'open'; readonly dir: string }
  | { readonly on: 'store'; readonly method: keyof FileStore; readonly args: readonly unknown[] }
  | { readonly on: 'file'; readonly file: number; readonly method: keyof AppendFile; readonly args: readonly unknown[] }
  | { readonly on: 'write-forever'; readonly prefix: string };

export interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly code: FileErrorCode | null; readonly message: string };
}

export interface WorkerStore {
  open(dir: string): Promise<Result<FileStore>>;
  call(call: Call): Promise<unknown>;
  /** Labels of acknowledged batches of `write-forever`. */
  readonly acked: string[];
  /** Ends the worker between any two of its instructions. */
  kill(): void;
}

export function createWorkerStore(): WorkerStore {
  const worker = new Worker(new URL('./opfs-test-worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const acked: string[] = [];
  let lastId = 0;
  worker.onmessage = ({ data }: MessageEvent<Reply | { acked: string }>) => {
    if ('acked' in data) {
      acked.push(data.acked);
      return;
    }
    const { id, value, error } = data;
    if (error === undefined) waiting.get(id)?.resolve(value);
    else waiting.get(id)?.reject(error.code ? new FileError(error.code, error.message) : new Error(error.message));
    waiting.delete(id);
  };
  worker.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(`worker: ${event.message}`));
    waiting.clear();
  };
  const call = (message: Call): Promise<unknown> =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      worker.postMessage({ id: lastId, call: message });
    });
  return {
    call,
    acked,
    kill: () => worker.terminate(),
    async open(dir) {
      const problems = (await call({ on: 'open', dir })) as readonly [Problem, ...Problem[]] | null;
      return problems === null ? ok(storeOf(call)) : fail(...problems);
    },
  };
}

function storeOf(call: WorkerStore['call']): FileStore {
  const on = <T>(method: keyof FileStore, ...args: unknown[]): Promise<T> =>
    call({ on: 'store', method, args }) as Promise<T>;
  return {
    list: () => on('list'),
    readAll: (name) => on('readAll', name),
    replace: (name, bytes) => on('replace', name, bytes),
    remove: (name) => on('remove', name),
    close: () => on('close'),
    async open(name) {
      const opened = await on<{ file: number; size: number }>('open', name);
      let size = opened.size;
      const onFile = async <T>(method: keyof AppendFile, ...args: unknown[]): Promise<T> => {
        const done = (await call({ on: 'file', file: opened.file, method, args })) as { value: T; size: number };
        size = done.size;
        return done.value;
      };
      return {
        size: () => size,
        read: (offset, length) => onFile('read', offset, length),
        append: (bytes) => onFile('append', bytes),
        flush: () => onFile('flush'),
        truncate: (to) => onFile('truncate', to),
        close: () => onFile('close'),
      };
    },
  };
}
