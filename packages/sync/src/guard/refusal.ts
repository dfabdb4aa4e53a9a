/** How the guard says no. */
import { fail, type Problem, problem, type Result } from '@fieldfare/kernel';

export const refuse = (
  rule: string,
  message: string,
  more: Pick<Problem, 'params' | 'path'> = {},
  code: Problem['code'] = 'invalid',
): Result<never> => fail(problem(code, message, { rule: `SYN-GUARD-${rule}`, ...more }));
