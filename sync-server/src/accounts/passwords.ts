/**
 * Password hashing (Argon2id, 19 MiB, t=2, p=1; PHC strings) in a worker thread that lives while people sign in, one at a
 * time, with a bounded queue: a flood of sign-ins is refused instead of eating the machine.
 */
import { Worker } from 'node:worker_threads';
import { fail, InvariantError, ok, problem, type Result } from '@fieldfare/kernel';
import type { PasswordJob, PasswordReply } from './password-worker.ts';

const MAX_WAITING = 32;
/** A worker that has had nothing to do for this long is ended: it holds some 70 MB, and another starts in a moment. */
const IDLE_MS = 15_000;

const MIN_PASSWORD = 10;
const MAX_PASSWORD = 256;

export interface Passwords {
  hash(password: string): Promise<Result<string>>;
  /** With `hash: null` (no such account) does the same work and answers false. */
  verify(password: string, hash: string | null): Promise<Result<boolean>>;
  close(): Promise<void>;
}

/** Composed and decomposed accents are one password (RFC 8265). */
const normal = (password: string): string => password.normalize('NFC');

export function checkPassword(password: string, login: string): Result<void> {
  const length = [...normal(password)].length;
  if (length < MIN_PASSWORD || length > MAX_PASSWORD) {
    return fail(
      problem('invalid', `a password needs ${MIN_PASSWORD} to ${MAX_PASSWORD} characters`, {
        rule: 'AUTH-PASSWORD',
        path: ['password'],
      }),
    );
  }
  if (normal(password).toLowerCase() === login.toLowerCase()) {
    return fail(
      problem('invalid', 'the password must differ from the sign-in name', {
        rule: 'AUTH-PASSWORD',
        path: ['password'],
      }),
    );
  }
  return ok(undefined);
}

type NewJob = PasswordJob extends infer J ? (J extends PasswordJob ? Omit<J, 'id'> : never) : never;

export function createPasswords(idleMs = IDLE_MS): Passwords {
  let worker: Worker | null = null;
  let idle: NodeJS.Timeout | undefined;
  let nextId = 0;
  let decoy: Promise<Result<string>> | null = null;
  const waiting = new Map<number, (reply: PasswordReply) => void>();

  function start(): Worker {
    const made = new Worker(new URL('./password-worker.ts', import.meta.url));
    made.unref();
    made.on('message', (reply: PasswordReply) => {
      waiting.get(reply.id)?.(reply);
      waiting.delete(reply.id);
      if (waiting.size > 0) return;
      made.unref();
      idle = setTimeout(end, idleMs).unref();
    });
    made.on('error', () => {
      clearTimeout(idle);
      worker = null;
      for (const [id, settle] of waiting) settle({ id, ok: false });
      waiting.clear();
    });
    return made;
  }

  async function end(): Promise<void> {
    clearTimeout(idle);
    const ended = worker;
    worker = null;
    await ended?.terminate();
  }

  async function run(job: NewJob): Promise<Result<string | boolean>> {
    if (waiting.size >= MAX_WAITING) {
      return fail(
        problem('busy', 'too many people are signing in at once; try again in a moment', { rule: 'AUTH-QUEUE' }),
      );
    }
    clearTimeout(idle);
    worker ??= start();
    worker.ref();
    const id = nextId++;
    const port = worker;
    const reply = await new Promise<PasswordReply>((settle) => {
      waiting.set(id, settle);
      port.postMessage({ ...job, id });
    });
    if (!reply.ok) throw new InvariantError('the password worker failed');
    return ok(reply.value);
  }

  const hash = async (password: string): Promise<Result<string>> => {
    const made = await run({ type: 'hash', password: normal(password) });
    return made.ok ? ok(String(made.value)) : made;
  };

  return {
    hash,
    async verify(password, known) {
      let against = known;
      if (against === null) {
        decoy ??= hash('the password of nobody');
        const made = await decoy;
        if (!made.ok) {
          decoy = null;
          return made;
        }
        against = made.value;
      }
      const verified = await run({ type: 'verify', password: normal(password), hash: against });
      return verified.ok ? ok(known !== null && verified.value === true) : verified;
    },
    async close() {
      await end();
      for (const [id, settle] of waiting) settle({ id, ok: false });
      waiting.clear();
    },
  };
}
