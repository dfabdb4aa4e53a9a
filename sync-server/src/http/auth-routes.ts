/** `/auth/*`: passwords and refresh tokens in, tokens out. Answers are never cached and bodies never logged. */
import { fail, problem, type Result } from '@fieldfare/kernel';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Accounts } from '../accounts/index.ts';
import { bearerOf } from './bearer.ts';
import { sendProblems } from './problems.ts';

const BODY_LIMIT = 8 * 1024;

const loginBody = z.object({
  login: z.string().min(1).max(80),
  password: z.string().min(1).max(1024),
  deviceId: z.uuid().nullable(),
  deviceName: z.string().trim().min(1).max(80),
});
const refreshBody = z.object({ refreshToken: z.string().min(1).max(200) });

function parse<T>(schema: z.ZodType<T>, body: unknown): Result<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [first, ...rest] = parsed.error.issues.map((issue) =>
    problem('invalid', `this field is missing or malformed: ${issue.path.map(String).join('.') || 'body'}`, {
      rule: 'INPUT',
      path: issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step)),
    }),
  );
  return fail(first ?? problem('invalid', 'the input is malformed', { rule: 'INPUT' }), ...rest);
}

export function registerAuth(app: FastifyInstance, accounts: Accounts): void {
  const send = (reply: FastifyReply, result: Result<unknown>): FastifyReply =>
    result.ok ? reply.header('cache-control', 'no-store').send(result.value) : sendProblems(reply, result.problems);

  app.post('/auth/login', { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const body = parse(loginBody, request.body);
    return send(reply, body.ok ? await accounts.signIn({ ...body.value, address: request.ip }) : body);
  });
  app.post('/auth/refresh', { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const body = parse(refreshBody, request.body);
    return send(reply, body.ok ? await accounts.sessions.refresh(body.value.refreshToken) : body);
  });
  app.post('/auth/ticket', { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const token = bearerOf(request.headers);
    return send(reply, token.ok ? await accounts.tickets.issue(token.value) : token);
  });
  app.post('/auth/logout', { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const body = parse(refreshBody, request.body);
    if (!body.ok) return send(reply, body);
    const ended = await accounts.sessions.logout(body.value.refreshToken);
    return ended.ok ? reply.code(204).send() : send(reply, ended);
  });
}
