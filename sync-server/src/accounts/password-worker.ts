/** Argon2id off the main loop: one hash takes tens of milliseconds, in which no socket would be served. */
import { randomBytes } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { argon2id, argon2Verify } from 'hash-wasm';

export type PasswordJob =
  | { readonly id: number; readonly type: 'hash'; readonly password: string }
  | { readonly id: number; readonly type: 'verify'; readonly password: string; readonly hash: string };

export type PasswordReply =
  | { readonly id: number; readonly ok: true; readonly value: string | boolean }
  | { readonly id: number; readonly ok: false };

/** OWASP's first choice for Argon2id: 19 MiB, two passes, one lane. */
const COST = { memorySize: 19_456, iterations: 2, parallelism: 1, hashLength: 32 } as const;

parentPort?.on('message', async (job: PasswordJob) => {
  let reply: PasswordReply;
  try {
    const value =
      job.type === 'hash'
        ? await argon2id({ ...COST, password: job.password, salt: randomBytes(16), outputType: 'encoded' })
        : await argon2Verify({ password: job.password, hash: job.hash });
    reply = { id: job.id, ok: true, value };
  } catch {
    reply = { id: job.id, ok: false };
  }
  parentPort?.postMessage(reply);
});
