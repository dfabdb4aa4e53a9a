import { fail, ok, problem, type Result } from '@fieldfare/kernel';
import type { z } from 'zod';

/** Parsed data, or a problem of `rule` for every place where it differs from its schema. */
export function parseShape<T>(schema: z.ZodType<T>, input: unknown, rule: string): Result<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return ok(parsed.data);
  const [first, ...rest] = parsed.error.issues.map(({ message, path }) =>
    problem('invalid', message, { rule, path: path.map((step) => (typeof step === 'symbol' ? String(step) : step)) }),
  );
  return fail(first ?? problem('invalid', 'not what was expected', { rule }), ...rest);
}
