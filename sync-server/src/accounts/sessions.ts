/**
 * Sessions: one sign-in of one device, and the chain of refresh tokens that rotates from it.
 *
 *  AUTH-ROTATE  a refresh token works once; using it gives the next
 *  AUTH-REUSE   an older token of the chain coming back means that it was copied: the session ends for everybody
 *  AUTH-LOST    the answer to a refresh may be lost on a bad network: until its successor (or the access token that
 *               came with it) is first used, the token before is taken again and the successor is replaced. Whoever holds
 *               a replaced successor ends the session by using it, so a copy used this way is found out too.
 *  AUTH-IDLE    a session unused for 30 days is over
 *  AUTH-REVOKE  ending a session refuses its access tokens at once and closes its sockets (`onEnded`)
 */
import { type Clock, fail, newId, ok, type Principal, problem, type Random, type Result } from '@fieldfare/kernel';
import type { AccessTokens } from './access-token.ts';
import type { AccountRecord, SessionRecord } from './model.ts';
import type { RecordStore } from './records.ts';
import { issueRefreshToken, readRefreshToken } from './refresh-token.ts';

const IDLE_MS = 30 * 24 * 3_600_000;

/** What a client gets for a password or a refresh token. */
export interface Grant {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly deviceId: string;
  readonly principal: Principal;
  readonly organisation: { readonly id: string; readonly name: string; readonly synthetic: boolean };
}

export interface SignedIn {
  readonly principal: Principal;
  readonly sessionId: string;
}

export interface Sessions {
  /** Refused when the account was disabled or got another password since `account` was read. */
  start(account: AccountRecord, deviceId: string): Promise<Result<Grant>>;
  refresh(refreshToken: string): Promise<Result<Grant>>;
  /** The holder of an access token, judged by the account as it is now. */
  authenticate(accessToken: string): Promise<Result<SignedIn>>;
  /** Whose an access token is, as far as the token says. */
  tenantOf(accessToken: string): Promise<string | null>;
  /** The holder of a session, as it is now. */
  current(sessionId: string): Result<SignedIn>;
  /** Ends the session of a refresh token. Ok also when it ended before. */
  logout(refreshToken: string): Promise<Result<void>>;
  endAllOf(userId: string): Promise<Result<void>>;
  endAllOn(deviceId: string): Promise<Result<void>>;
  onEnded(listener: (sessionId: string) => void): () => void;
}

const over = (): Result<never> =>
  fail(problem('unauthenticated', 'this session has ended; sign in again', { rule: 'AUTH-SESSION' }));

export function createSessions(options: {
  readonly store: RecordStore;
  readonly tokens: AccessTokens;
  /** Key of the refresh tokens' mac. */
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
}): Sessions {
  const { store, tokens, key, clock, random } = options;
  const { records } = store;
  const listeners = new Set<(sessionId: string) => void>();
  // Session → generation whose holder was heard of. In memory only: after a restart the next call says it again.
  const arrived = new Map<string, number>();

  // Two refreshes with one token must not both see it unused: sessions change one after another.
  const inTurn = store.exclusive;
  store.onChanged((changes) => {
    for (const { kind, id, value } of changes) {
      if (kind !== 'session' || value !== null) continue;
      arrived.delete(id);
      for (const listener of listeners) listener(id);
    }
  });

  /** The session with its account, null when either is gone, over or disabled. */
  function live(sessionId: string): { readonly session: SessionRecord; readonly account: AccountRecord } | null {
    const session = records.session.get(sessionId);
    if (!session || session.expiresAt <= clock.now()) return null;
    const account = records.account.get(session.userId);
    if (!account || account.disabledAt !== null) return null;
    return { session, account };
  }

  const principalOf = (account: AccountRecord, deviceId: string): Principal => ({
    tenantId: account.tenantId,
    userId: account.id,
    deviceId,
    name: account.name,
    roles: account.roles,
  });

  async function grant(
    write: RecordStore['write'],
    account: AccountRecord,
    sessionId: string,
    deviceId: string,
    generation: number,
  ): Promise<Result<Grant>> {
    const tenant = records.tenant.get(account.tenantId);
    if (!tenant) return over();
    const { token, hash } = issueRefreshToken(key, random, sessionId, generation);
    const now = clock.now();
    const before = records.session.get(sessionId);
    const replaced = before?.generation === generation;
    const session: SessionRecord = {
      id: sessionId,
      userId: account.id,
      deviceId,
      generation,
      tokenHash: hash,
      previousHash: (replaced ? before.previousHash : before?.tokenHash) ?? null,
      rotatedAt: now,
      expiresAt: now + IDLE_MS,
    };
    const written = await write([{ kind: 'session', id: sessionId, value: session }]);
    if (!written.ok) return written;
    const principal = principalOf(account, deviceId);
    return ok({
      accessToken: await tokens.issue(principal, sessionId, generation),
      refreshToken: token,
      deviceId,
      principal,
      organisation: { id: tenant.id, name: tenant.name, synthetic: tenant.synthetic },
    });
  }

  const idsOf = (which: (session: SessionRecord) => boolean): readonly string[] =>
    [...records.session.values()].filter(which).map(({ id }) => id);

  const end = async (write: RecordStore['write'], ids: readonly string[]): Promise<Result<void>> =>
    ids.length === 0 ? ok(undefined) : write(ids.map((id) => ({ kind: 'session' as const, id, value: null })));

  return {
    start: (account, deviceId) =>
      inTurn(async (write) => {
        const current = records.account.get(account.id);
        const changed = !current || current.disabledAt !== null || current.passwordHash !== account.passwordHash;
        return changed ? over() : grant(write, current, newId(clock, random), deviceId, 1);
      }),
    refresh: (refreshToken) =>
      inTurn(async (write) => {
        const token = readRefreshToken(key, refreshToken);
        if (!token) return fail(problem('unauthenticated', 'the refresh token is not valid', { rule: 'AUTH-TOKEN' }));
        const found = live(token.sessionId);
        if (!found) return over();
        const { session, account } = found;
        const current = token.generation === session.generation && token.hash === session.tokenHash;
        if (current) return grant(write, account, session.id, session.deviceId, session.generation + 1);
        const before = token.generation === session.generation - 1 && token.hash === session.previousHash;
        if (before && arrived.get(session.id) !== session.generation) {
          return grant(write, account, session.id, session.deviceId, session.generation);
        }
        const ended = await end(write, [session.id]);
        if (!ended.ok) return ended;
        return fail(
          problem('unauthenticated', 'this sign-in was used in two places and has been ended; sign in again', {
            rule: 'AUTH-REUSE',
          }),
        );
      }),
    async authenticate(accessToken) {
      const verified = await tokens.verify(accessToken);
      if (!verified.ok) return verified;
      const { sessionId, userId, deviceId, generation } = verified.value;
      if (!live(sessionId)) await store.refresh(); // another process may have begun it a moment ago
      const found = live(sessionId);
      if (!found || found.account.id !== userId || found.session.deviceId !== deviceId) return over();
      if (generation === found.session.generation) arrived.set(sessionId, generation);
      return ok({ principal: principalOf(found.account, deviceId), sessionId });
    },
    async tenantOf(accessToken) {
      const verified = await tokens.verify(accessToken);
      return verified.ok ? verified.value.tenantId : null;
    },
    current(sessionId) {
      const found = live(sessionId);
      return found ? ok({ principal: principalOf(found.account, found.session.deviceId), sessionId }) : over();
    },
    logout: (refreshToken) =>
      inTurn(async (write) => {
        const token = readRefreshToken(key, refreshToken);
        return token && records.session.has(token.sessionId) ? end(write, [token.sessionId]) : ok(undefined);
      }),
    endAllOf: (userId) =>
      inTurn((write) =>
        end(
          write,
          idsOf((session) => session.userId === userId),
        ),
      ),
    endAllOn: (deviceId) =>
      inTurn((write) =>
        end(
          write,
          idsOf((session) => session.deviceId === deviceId),
        ),
      ),
    onEnded(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
