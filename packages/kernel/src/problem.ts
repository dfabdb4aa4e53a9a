/**
 * Expected failures are values. A `Problem` says what is wrong, which rule says so, and where;
 * it travels unchanged from a rule through tRPC and HTTP (RFC 9457) to the screen.
 * Broken invariants are not problems: they throw (`invariant`).
 */

export type ProblemCode =
  | 'invalid' // the input breaks a schema or a rule
  | 'not-found'
  | 'forbidden' // the principal may not do this
  | 'unauthenticated' // no, wrong or expired credentials
  | 'conflict' // the world changed under the caller; the call may be repeated after a look
  | 'busy' // somebody else holds the resource (a second instance, a lock)
  | 'offline' // needs the network and there is none
  | 'storage-full'
  | 'storage-failed'
  | 'corrupt' // stored or received bytes fail their checks
  | 'too-large'
  | 'unsupported' // version or feature this build does not know
  | 'cancelled';

export type ParamValue = string | number | boolean | null | readonly (string | number)[];

export interface Problem {
  readonly code: ProblemCode;
  /** One sentence for a person, without health data or names: safe to log. */
  readonly message: string;
  /** Id of the rule that speaks, e.g. `SCH-OVERLAP-STAFF`. */
  readonly rule?: string;
  /** Where in the input: field names and indexes, outermost first. */
  readonly path?: readonly (string | number)[];
  /** The numbers and ids behind the sentence. */
  readonly params?: Readonly<Record<string, ParamValue>>;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly [Problem, ...Problem[]] };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

export const fail = (first: Problem, ...rest: Problem[]): Result<never> => ({
  ok: false,
  problems: [first, ...rest],
});

export function problem(code: ProblemCode, message: string, more: Omit<Problem, 'code' | 'message'> = {}): Problem {
  return { code, message, ...more };
}

/** Wraps a problem where only an exception can travel (tRPC, streams). Never used inside packages as control flow. */
export class ProblemError extends Error {
  readonly problems: readonly [Problem, ...Problem[]];
  constructor(problems: readonly [Problem, ...Problem[]]) {
    super(problems[0].message);
    this.name = 'ProblemError';
    this.problems = problems;
  }
}

/** The value, or a thrown `ProblemError`. For edges that cannot return a `Result`. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new ProblemError(result.problems);
}

export class InvariantError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvariantError';
  }
}

/** Throws when something that cannot happen did. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

const HTTP_STATUS: Record<ProblemCode, number> = {
  invalid: 422,
  'not-found': 404,
  forbidden: 403,
  unauthenticated: 401,
  conflict: 409,
  busy: 423,
  offline: 503,
  'storage-full': 507,
  'storage-failed': 500,
  corrupt: 500,
  'too-large': 413,
  unsupported: 501,
  cancelled: 499,
};

export const httpStatusOf = (code: ProblemCode): number => HTTP_STATUS[code];

/** RFC 9457 problem details. `problems` carries every one of them; the head fields repeat the first. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly problems: readonly Problem[];
}

export function toProblemDetails(problems: readonly [Problem, ...Problem[]]): ProblemDetails {
  const [first] = problems;
  return {
    type: `urn:fieldfare:problem:${first.rule ?? first.code}`,
    title: first.message,
    status: httpStatusOf(first.code),
    problems,
  };
}
