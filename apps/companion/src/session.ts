/** Signing in, and an access token whenever one is asked for. */
import { type Problem, problem } from '@fieldfare/kernel';
import { z } from 'zod';
import type { Credential, CredentialFile, CredentialStore } from './credentials.ts';
import { refuse, usage } from './exit.ts';
import type { Host } from './host.ts';

const grant = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  deviceId: z.string(),
  principal: z.object({ name: z.string() }),
  organisation: z.object({ name: z.string() }),
});
type Grant = z.infer<typeof grant>;

/** A token that ends sooner is renewed first. */
const MARGIN_MS = 30_000;
const SIGN_IN = problem('unauthenticated', 'sign in first: fieldfare login', { rule: 'CLI-SIGN-IN' });

/** The form under which a server's credentials are kept. Passwords and tokens leave this machine over TLS only. */
export function serverUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw usage('a server is an address such as https://plan.example.org');
  }
  const here = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'http:' && !here) throw usage('a server on another machine needs https');
  if (url.username || url.password) throw usage('an address with a password in it would end up in logs');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

async function post(host: Host, url: string, body: unknown): Promise<unknown> {
  let response: Response;
  try {
    response = await host.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(20_000), host.interrupted]),
    });
  } catch (error) {
    if (host.interrupted.aborted) throw error;
    throw refuse(problem('offline', 'the server cannot be reached', { rule: 'CLI-REACH' }));
  }
  const json: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) return json;
  const [first, ...rest] = (json as { problems?: Problem[] } | null)?.problems ?? [];
  if (first) throw refuse(first, ...rest);
  throw refuse(
    response.status >= 500
      ? problem('offline', `the server answers with an error (${response.status})`, { rule: 'CLI-REACH' })
      : problem('invalid', `the server refuses the request (${response.status})`, { rule: 'CLI-REFUSED' }),
  );
}

function asGrant(json: unknown): Grant {
  const parsed = grant.safeParse(json);
  if (parsed.success) return parsed.data;
  throw refuse(problem('unsupported', 'there is no Fieldfare server at this address', { rule: 'CLI-SERVER' }));
}

/** `exp` of a JWT in epoch milliseconds; 0 when it cannot be read, and the token is then renewed before use. */
function expiryOf(token: string): number {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const { exp } = payload as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : 0;
  } catch {
    return 0;
  }
}

const credentialOf = (login: string, given: Grant): Credential => ({
  login,
  name: given.principal.name,
  organisation: given.organisation.name,
  deviceId: given.deviceId,
  refreshToken: given.refreshToken,
  accessToken: given.accessToken,
  accessExpiresAt: expiryOf(given.accessToken),
});

const withServer = (file: CredentialFile, server: string, credential: Credential): CredentialFile => ({
  ...file,
  servers: { ...file.servers, [server]: credential },
});

export async function signIn(
  host: Host,
  store: CredentialStore,
  input: { readonly server: string; readonly login: string; readonly password: string },
): Promise<Credential> {
  const { server, login, password } = input;
  return store.update(async (file) => {
    const before = file.servers[server];
    const given = asGrant(
      await post(host, `${server}/auth/login`, {
        login,
        password,
        deviceId: before?.login === login ? before.deviceId : null,
        deviceName: `fieldfare on ${host.machine}`.slice(0, 80),
      }),
    );
    const credential = credentialOf(login, given);
    return [{ ...withServer(file, server, credential), current: server }, credential];
  });
}

/** Ends the session at the server when it can be reached, and here in any case. */
export async function signOut(host: Host, store: CredentialStore, server: string): Promise<boolean> {
  return store.update(async (file) => {
    const held = file.servers[server];
    if (!held?.refreshToken) return [file, false];
    await post(host, `${server}/auth/logout`, { refreshToken: held.refreshToken }).catch(() => null);
    const gone = { ...held, refreshToken: null, accessToken: null, accessExpiresAt: 0 };
    return [{ ...withServer(file, server, gone), current: file.current === server ? null : file.current }, true];
  });
}

/** Gives access tokens. `renew`: the one given last was refused. */
export type TokenSource = (renew?: boolean) => Promise<string>;

export function tokenSource(host: Host, store: CredentialStore, server: string): TokenSource {
  let last: string | null = null;
  const usable = (held: Credential | undefined, renew: boolean): held is Credential & { accessToken: string } =>
    held?.accessToken != null &&
    held.accessExpiresAt - MARGIN_MS > host.clock.now() &&
    !(renew && held.accessToken === last);

  return async (renew = false) => {
    const held = (await store.read()).servers[server];
    if (usable(held, renew)) {
      last = held.accessToken;
      return last;
    }
    const token = await store.update(async (file) => {
      const now = file.servers[server]; // another command may have renewed it while we waited
      if (usable(now, renew)) return [file, now.accessToken];
      if (!now?.refreshToken) throw refuse(SIGN_IN);
      const given = asGrant(await post(host, `${server}/auth/refresh`, { refreshToken: now.refreshToken }));
      return [withServer(file, server, credentialOf(now.login, given)), given.accessToken];
    });
    last = token;
    return token;
  };
}
