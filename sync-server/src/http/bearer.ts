import type { IncomingHttpHeaders } from 'node:http';
import { fail, ok, problem, type Result } from '@fieldfare/kernel';

/** The token of an `Authorization: Bearer …` header. */
export function bearerOf({ authorization }: IncomingHttpHeaders): Result<string> {
  const [scheme, token] = (authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && token
    ? ok(token)
    : fail(problem('unauthenticated', 'an access token is needed', { rule: 'AUTH-TOKEN' }));
}
