/**
 * How a command ends.
 *
 *   0  done
 *   1  refused or invalid: the sentences on standard error say why, with the ids of the rules
 *   2  wrong usage
 *   3  not signed in, or no longer
 *   4  the server cannot be reached
 *   130  interrupted
 */
import { type Problem, ProblemError, problem } from '@fieldfare/kernel';
import { TRPCClientError } from '@trpc/client';

export const EXIT = { done: 0, refused: 1, usage: 2, signedOut: 3, unreachable: 4, interrupted: 130 } as const;

/** Throws what a person did wrong on the command line. */
export const usage = (message: string): ProblemError =>
  new ProblemError([problem('invalid', message, { rule: 'CLI-USAGE' })]);

export const refuse = (first: Problem, ...rest: Problem[]): ProblemError => new ProblemError([first, ...rest]);

const UNREACHABLE = problem('offline', 'the server cannot be reached', { rule: 'CLI-REACH' });

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

/** The problems behind anything a command may throw; null for a bug, which must not be dressed up. */
export function problemsOf(error: unknown): readonly [Problem, ...Problem[]] | null {
  if (error instanceof ProblemError) return error.problems;
  if (error instanceof TRPCClientError) {
    // Thrown on the way out, by whoever was asked for a token.
    if (error.cause instanceof ProblemError) return error.cause.problems;
    const sent: unknown = error.data?.problems;
    if (Array.isArray(sent)) {
      const [first, ...rest] = sent.filter(isProblem);
      if (first) return [first, ...rest];
    }
    const status: unknown = error.data?.httpStatus ?? (error.meta?.response as Response | undefined)?.status;
    if (status === 401) return [problem('unauthenticated', 'sign in first', { rule: 'CLI-SIGN-IN' })];
    if (typeof status === 'number' && status !== 502 && status !== 503) {
      return [problem('invalid', `the server refuses the request (${status})`, { rule: 'CLI-REFUSED' })];
    }
    return [UNREACHABLE];
  }
  if (error instanceof DOMException && error.name === 'AbortError') {
    return [problem('cancelled', 'interrupted', { rule: 'CLI-INTERRUPTED' })];
  }
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') {
    return [problem('not-found', `the file cannot be read or written (${code})`, { rule: 'CLI-FILE' })];
  }
  return null;
}

export function exitCodeOf(problems: readonly [Problem, ...Problem[]]): number {
  const [{ code, rule }] = problems;
  if (rule === 'CLI-USAGE') return EXIT.usage;
  if (code === 'unauthenticated') return EXIT.signedOut;
  if (code === 'offline') return EXIT.unreachable;
  if (rule === 'CLI-INTERRUPTED') return EXIT.interrupted;
  return EXIT.refused;
}
