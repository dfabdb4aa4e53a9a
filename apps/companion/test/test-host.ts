/** A machine for tests: a temporary configuration folder, what was printed, and a network that is a function. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../src/host.ts';
import { runCompanion } from '../src/program.ts';

export interface TestHost extends Host {
  out(): string;
  err(): string;
  run(...argv: string[]): Promise<number>;
}

export interface TestHostOptions {
  readonly fetch: (url: URL, init: RequestInit) => Response | Promise<Response>;
  readonly now?: () => number;
  readonly input?: string;
  readonly typed?: string | null;
  readonly configHome?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly interrupted?: AbortSignal;
}

export async function createTestHost(options: TestHostOptions): Promise<TestHost> {
  const configHome = options.configHome ?? (await mkdtemp(join(tmpdir(), 'fieldfare-companion-')));
  const written = new Map(Object.entries(options.files ?? {}));
  let out = '';
  let err = '';
  const host: TestHost = {
    env: {},
    clock: { now: options.now ?? (() => Date.parse('2026-11-18T12:00:00Z')) },
    fetch: async (input, init) => options.fetch(new URL(String(input)), init ?? {}),
    machine: 'test-machine',
    configHome,
    interactive: false,
    print: (text) => {
      out += text;
    },
    note: (text) => {
      err += text;
    },
    askPassword: async () => options.typed ?? null,
    readInput: async () => options.input ?? '',
    readFile: async (path) => {
      const text = written.get(path);
      if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return new TextEncoder().encode(text);
    },
    writeFile: async (path, text) => {
      written.set(path, text);
    },
    interrupted: options.interrupted ?? new AbortController().signal,
    out: () => out,
    err: () => err,
    async run(...argv) {
      out = '';
      err = '';
      return runCompanion(argv, host);
    },
  };
  return host;
}
