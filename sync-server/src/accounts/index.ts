/** Everything about who may sign in, over one durable store. */
import type { KeyObject } from 'node:crypto';
import { type Clock, ok, type Random, type Result } from '@fieldfare/kernel';
import { createAccessTokens } from './access-token.ts';
import { createDirectory, type Directory } from './directory.ts';
import { createPasswords } from './passwords.ts';
import type { RecordStore } from './records.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createSignIn, type SignIn } from './sign-in.ts';
import { createTickets, type Tickets } from './tickets.ts';

export interface Accounts {
  readonly directory: Directory;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly tickets: Tickets;
  /** Takes in what other processes wrote until now. */
  refresh(): Promise<void>;
  /** Lines of the store that could not be read. */
  damagedLines(): number;
  /** Starts the password worker, so that the first sign-in is as quick as the next. */
  warmUp(): void;
  close(): Promise<void>;
}

export async function openAccounts(options: {
  /** From a successful opening on it belongs to the accounts. */
  readonly store: RecordStore;
  /** Authenticates refresh tokens. */
  readonly refreshKey: Uint8Array;
  readonly signingKey: KeyObject;
  readonly clock: Clock;
  readonly random: Random;
}): Promise<Result<Accounts>> {
  const { store, clock, random } = options;
  const spent = [...store.records.session.values()].filter((session) => session.expiresAt <= clock.now());
  if (spent.length > 0) {
    const dropped = await store.write(spent.map(({ id }) => ({ kind: 'session', id, value: null })));
    if (!dropped.ok) return dropped;
  }
  const passwords = createPasswords();
  const sessions = createSessions({
    store,
    tokens: createAccessTokens({ key: options.signingKey, clock }),
    key: options.refreshKey,
    clock,
    random,
  });
  return ok({
    sessions,
    directory: createDirectory({ store, sessions, passwords, clock, random }),
    tickets: createTickets({ sessions, clock, random }),
    signIn: createSignIn({ store, sessions, passwords, clock, random }),
    refresh: store.refresh,
    damagedLines: store.damagedLines,
    warmUp() {
      passwords.verify('', null).catch(() => undefined); // a sign-in would meet and report the same failure
    },
    async close() {
      await passwords.close();
      await store.close();
    },
  });
}
