/**
 * The door for `server user …` while the server runs: a Unix socket in the data directory, which only its owner can
 * enter. One JSON command a request, one `Result` back. Not on Windows: there the commands say that the server runs.
 */
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { fail, problem, type Result } from '@fieldfare/kernel';
import type { Admin, AdminCommand, AdminRow } from './admin.ts';
import { errorFields, type Log } from './log.ts';

const MAX_BYTES = 64 * 1024;
/** Longest path the kernel takes for a Unix socket, less its end mark. */
const MAX_PATH = 103;

export interface ControlDoor {
  close(): Promise<void>;
}

const usable = (path: string): boolean => process.platform !== 'win32' && Buffer.byteLength(path) <= MAX_PATH;

/** The directory's lock must be held: a socket file found there is a dead server's. */
export async function openControl(path: string, admin: Admin, log: Log): Promise<ControlDoor | null> {
  if (!usable(path)) {
    log.warn('account commands need the server stopped: the data directory cannot hold a control socket');
    return null;
  }
  rmSync(path, { force: true });
  const server: Server = createServer(async (incoming, answer) => {
    try {
      let text = '';
      for await (const chunk of incoming) {
        text += String(chunk);
        if (text.length > MAX_BYTES) throw new RangeError('too large');
      }
      answer.end(JSON.stringify(await admin(JSON.parse(text))));
    } catch (error) {
      log.error('an account command failed', errorFields(error));
      answer.end(JSON.stringify(fail(problem('invalid', 'the command failed; see the server log', { rule: 'ADMIN' }))));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return {
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(path, { force: true });
    },
  };
}

/** Null when no server listens there. */
export function sendControl(path: string, command: AdminCommand): Promise<Result<readonly AdminRow[]> | null> {
  if (!usable(path) || !existsSync(path)) return Promise.resolve(null);
  return new Promise((resolve) => {
    const call = request({ socketPath: path, method: 'POST', path: '/' }, async (answer) => {
      let text = '';
      for await (const chunk of answer) text += String(chunk);
      resolve(JSON.parse(text) as Result<readonly AdminRow[]>);
    });
    call.once('error', () => resolve(null));
    call.end(JSON.stringify(command));
  });
}
