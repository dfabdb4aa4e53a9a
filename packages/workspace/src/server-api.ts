/** The server's sign-in endpoints as functions that return results. Network failures are `offline`. */
import { fail, ok, type Principal, type Problem, problem, type Result, ROLES } from '@fieldfare/kernel';
import { z } from 'zod';

const principal = z.object({
  tenantId: z.uuid(),
  userId: z.uuid(),
  deviceId: z.string(),
  name: z.string(),
  roles: z.array(z.object({ role: z.enum(ROLES), regionIds: z.array(z.string()).nullable() })),
});

const grant = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  deviceId: z.string(),
  principal,
  organisation: z.object({ id: z.string(), name: z.string(), synthetic: z.boolean() }),
});

const issued = z.object({ ticket: z.string() });

export interface Grant {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly deviceId: string;
  readonly principal: Principal;
  readonly organisation: { readonly id: string; readonly name: string; readonly synthetic: boolean };
}

type Fetch = typeof fetch;

async function post(fetcher: Fetch, url: string, body: unknown, bearer?: string): Promise<Result<unknown>> {
  let response: Response;
  try {
    response = await fetcher(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
  } catch {
    return fail(problem('offline', 'the server cannot be reached', { rule: 'AUTH-REACH' }));
  }
  const json: unknown = await response.json().catch(() => null);
  if (response.ok) return ok(json);
  const problems = (json as { problems?: [Problem, ...Problem[]] } | null)?.problems;
  if (problems?.[0]) return fail(...problems);
  return response.status >= 500
    ? fail(problem('offline', `the server answers with an error (${response.status})`, { rule: 'AUTH-REACH' }))
    : fail(problem('invalid', `the server refuses the request (${response.status})`, { rule: 'AUTH-REFUSED' }));
}

function parse<T>(schema: z.ZodType<T>, result: Result<unknown>): Result<T> {
  if (!result.ok) return result;
  const parsed = schema.safeParse(result.value);
  return parsed.success
    ? ok(parsed.data)
    : fail(problem('unsupported', 'the server answers in a form this version does not know', { rule: 'AUTH-SHAPE' }));
}

export interface ServerApi {
  login(input: {
    login: string;
    password: string;
    deviceId: string | null;
    deviceName: string;
  }): Promise<Result<Grant>>;
  refresh(refreshToken: string): Promise<Result<Grant>>;
  /** Opens one socket, once, within half a minute. */
  ticket(accessToken: string): Promise<Result<string>>;
  logout(refreshToken: string): Promise<Result<unknown>>;
  /** ws address of the sync endpoint. */
  readonly syncUrl: string;
}

export function createServerApi(serverUrl: string, fetcher: Fetch): ServerApi {
  const base = serverUrl.replace(/\/+$/, '');
  return {
    login: async (input) => parse(grant, await post(fetcher, `${base}/auth/login`, input)),
    refresh: async (refreshToken) => parse(grant, await post(fetcher, `${base}/auth/refresh`, { refreshToken })),
    async ticket(accessToken) {
      const bought = parse(issued, await post(fetcher, `${base}/auth/ticket`, {}, accessToken));
      return bought.ok ? ok(bought.value.ticket) : bought;
    },
    logout: (refreshToken) => post(fetcher, `${base}/auth/logout`, { refreshToken }),
    syncUrl: `${base.replace(/^http/, 'ws')}/sync`,
  };
}
