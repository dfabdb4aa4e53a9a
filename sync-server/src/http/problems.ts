/** Every HTTP error is RFC 9457 problem details (`SRV-PROBLEM`). */
import { type Problem, type ProblemDetails, problem, toProblemDetails } from '@fieldfare/kernel';
import type { FastifyReply } from 'fastify';

export const PROBLEM_TYPE = 'application/problem+json';

/** A status where HTTP knows more than the problem's code does, and how long to wait. */
function httpForm(problems: readonly [Problem, ...Problem[]]): { details: ProblemDetails; retryAfterS: number | null } {
  const details = toProblemDetails(problems);
  const [{ rule, params }] = problems;
  if (rule === 'AUTH-THROTTLE') {
    const retryAfterS = Math.max(1, Math.ceil(Number(params?.retryAfterMs ?? 1000) / 1000));
    return { details: { ...details, status: 429 }, retryAfterS };
  }
  if (rule === 'AUTH-QUEUE' || rule === 'SRV-STOP') return { details: { ...details, status: 503 }, retryAfterS: 2 };
  return { details, retryAfterS: null };
}

export function sendProblems(reply: FastifyReply, problems: readonly [Problem, ...Problem[]]): FastifyReply {
  const { details, retryAfterS } = httpForm(problems);
  if (retryAfterS !== null) reply.header('retry-after', retryAfterS);
  if (details.status === 401) reply.header('www-authenticate', 'Bearer');
  return sendDetails(reply, details);
}

export function sendDetails(reply: FastifyReply, details: ProblemDetails): FastifyReply {
  return reply
    .code(details.status)
    .header('content-type', PROBLEM_TYPE)
    .header('cache-control', 'no-store')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(details);
}

const FASTIFY_PROBLEMS: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: problem('too-large', 'the request is too large', { rule: 'HTTP-SIZE' }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: problem('unsupported', 'this content type is not accepted', { rule: 'HTTP-TYPE' }),
  FST_ERR_CTP_EMPTY_JSON_BODY: problem('invalid', 'the request has no body', { rule: 'HTTP-BODY' }),
  FST_ERR_CTP_INVALID_JSON_BODY: problem('invalid', 'the request is not JSON', { rule: 'HTTP-BODY' }),
  FST_ERR_BAD_URL: problem('invalid', 'the address is malformed', { rule: 'HTTP-URL' }),
};

/** What the framework refused, in our words; its own may quote the request. Null: not the client's doing. */
export function frameworkProblem(error: unknown): ProblemDetails | null {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return null;
  const known = typeof code === 'string' ? FASTIFY_PROBLEMS[code] : undefined;
  const details = toProblemDetails([known ?? problem('invalid', 'the request was refused', { rule: 'HTTP-REQUEST' })]);
  return { ...details, status: statusCode };
}

export const internalProblem = problem('storage-failed', 'something went wrong on the server', {
  rule: 'HTTP-INTERNAL',
});
export const notFoundProblem = problem('not-found', 'there is nothing at this address', { rule: 'HTTP-PATH' });
