/** Everything that can go wrong, as one sentence for a person. Nothing else of an error ever reaches the screen. */
import { type Problem, ProblemError, problem, type Result } from '@fieldfare/kernel';
import { sentence } from './format.ts';

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Problem).code === 'string' &&
  typeof (value as Problem).message === 'string';

type Problems = readonly [Problem, ...Problem[]];

/** The problems inside whatever was thrown: a `ProblemError`, a tRPC error carrying `data.problems`, or neither. */
export function problemsOf(error: unknown): Problems {
  if (error instanceof ProblemError) return error.problems;
  const data = (error as { data?: { problems?: unknown } } | null)?.data;
  const listed = Array.isArray(data?.problems) ? data.problems.filter(isProblem) : [];
  const [first, ...rest] = listed;
  if (first) return [first, ...rest];
  const text = error instanceof Error ? error.message : '';
  // A message of the platform is no sentence for a person, but better than silence when it is short and plain.
  const plain = text !== '' && text.length < 160 && !/[{[\n]/.test(text);
  return [problem('unsupported', plain ? text : 'something went wrong inside the app; nothing was changed')];
}

export async function attempt<T>(run: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    return { ok: false, problems: problemsOf(error) };
  }
}

const PREFIX: Partial<Record<Problem['code'], string>> = {
  'storage-full': 'This device is full. Free some space and try again: nothing that was saved is lost.',
  'storage-failed': 'This device could not write the change, so it was not made.',
};

export const problemText = (one: Problem): string =>
  PREFIX[one.code] ? `${PREFIX[one.code]} (${one.message})` : sentence(one.message);

export const problemsText = (problems: readonly Problem[]): string =>
  [...new Set(problems.map(problemText))].slice(0, 4).join(' ');
