/** Marks on the platform's own timeline (User Timing): profilers and benches read them there, nobody else does. */

/** Measures from `since` (a `performance.now()`) to now. */
export const mark = (name: string, since: number): void => {
  performance.measure(`fieldfare:${name}`, { start: since });
};

/** Measures how long a step takes. */
export async function timed<T>(name: string, step: Promise<T>): Promise<T> {
  const since = performance.now();
  const value = await step;
  mark(name, since);
  return value;
}
