/**
 * Keeps one access token fresh. The refresh token is sealed with the working copy's own key and is written to disk
 * before the new access token is used, for the server takes each refresh token once.
 */
import {
  type Clock,
  type FileStore,
  fail,
  ok,
  type Principal,
  problem,
  type Random,
  type Result,
} from '@fieldfare/kernel';
import { openBytes, sealBytes } from '@fieldfare/sync';
import type { Grant, ServerApi } from './server-api.ts';

const FILE = 'session.bin';
const AAD = new TextEncoder().encode('fieldfare-session-1');
/** Access tokens live ten minutes; a minute before that they are not used for something new. */
const FRESH_MS = 9 * 60_000;

interface Stored {
  readonly principal: Principal;
  readonly refreshToken: string;
}

export interface Credentials {
  readonly principal: Principal;
  /** Good for at least a minute. `unauthenticated`: sign in again; `offline`: try later. */
  accessToken(): Promise<Result<string>>;
  /** A ticket that opens one socket. Problems as of `accessToken`. */
  socketTicket(): Promise<Result<string>>;
  /** Ends the session at the server when it can be reached, and on this disk in any case. */
  revoke(): Promise<void>;
}

export interface CredentialsOptions {
  readonly files: FileStore;
  readonly key: Uint8Array;
  readonly api: ServerApi;
  readonly clock: Clock;
  readonly random: Random;
}

function create(options: CredentialsOptions, first: Stored, firstToken: string | null): Credentials {
  const { api, clock } = options;
  let { refreshToken } = first;
  let token = firstToken;
  let fetchedAt = clock.now();
  let fetching: Promise<Result<string>> | null = null;

  const renew = async (): Promise<Result<string>> => {
    const granted = await api.refresh(refreshToken);
    if (!granted.ok) return granted;
    refreshToken = granted.value.refreshToken;
    await save(options, { principal: granted.value.principal, refreshToken });
    token = granted.value.accessToken;
    fetchedAt = clock.now();
    return ok(token);
  };

  const accessToken = async (): Promise<Result<string>> => {
    const age = clock.now() - fetchedAt;
    if (token !== null && age >= 0 && age < FRESH_MS) return ok(token);
    fetching ??= renew().finally(() => {
      fetching = null;
    });
    return fetching;
  };

  const buyTicket = async (): Promise<Result<string>> => {
    const access = await accessToken();
    return access.ok ? api.ticket(access.value) : access;
  };

  return {
    principal: first.principal,
    accessToken,
    async socketTicket() {
      const first = await buyTicket();
      if (first.ok || first.problems[0].code !== 'unauthenticated') return first;
      token = null; // turned down before its time: another may do
      return buyTicket();
    },
    async revoke() {
      token = null;
      await options.files.remove(FILE);
      await api.logout(refreshToken);
    },
  };
}

async function save({ files, key, random }: CredentialsOptions, stored: Stored): Promise<void> {
  const plain = new TextEncoder().encode(JSON.stringify(stored));
  await files.replace(FILE, sealBytes(key, plain, AAD, random));
}

/** From a fresh sign-in. */
export async function createCredentials(options: CredentialsOptions, grant: Grant): Promise<Credentials> {
  const stored: Stored = { principal: grant.principal, refreshToken: grant.refreshToken };
  await save(options, stored);
  return create(options, stored, grant.accessToken);
}

/** From disk, without a network. */
export async function restoreCredentials(options: CredentialsOptions): Promise<Result<Credentials>> {
  const bytes = await options.files.readAll(FILE);
  if (bytes === null) {
    return fail(problem('unauthenticated', 'this working copy has no saved session: sign in', { rule: 'WSP-SESSION' }));
  }
  const plain = openBytes(options.key, bytes, AAD);
  if (!plain.ok) return plain;
  return ok(create(options, JSON.parse(new TextDecoder().decode(plain.value)) as Stored, null));
}
