/** What the commands ask of the machine, so that tests can be one. */
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { type Clock, systemClock } from '@fieldfare/kernel';

export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** Name of this machine, for the list of devices. */
  readonly machine: string;
  /** `$XDG_CONFIG_HOME`, or its default. */
  readonly configHome: string;
  /** Colour and progress are for people. */
  readonly interactive: boolean;
  print(text: string): void;
  /** Errors and progress. */
  note(text: string): void;
  /** Asks without showing what is typed; null when there is no terminal. */
  askPassword(question: string): Promise<string | null>;
  readInput(): Promise<string>;
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, text: string): Promise<void>;
  /** Aborts on Ctrl-C. */
  readonly interrupted: AbortSignal;
}

async function askHidden(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await new Promise((resolve) => {
      reader.once('SIGINT', () => resolve(null));
      reader.question('', resolve);
    });
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}

export function systemHost(): Host {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    env: process.env,
    clock: systemClock,
    fetch: globalThis.fetch,
    machine: hostname(),
    configHome: process.env.XDG_CONFIG_HOME || join(homedir(), '.config'),
    interactive: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
    print: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    askPassword: askHidden,
    // Synchronous, because a pipe that is never read keeps the program alive.
    readInput: async () => readFileSync(0, 'utf8'),
    readFile: (path) => readFile(path),
    writeFile: (path, text) => writeFile(path, text, { mode: 0o600 }),
    interrupted: stop.signal,
  };
}
