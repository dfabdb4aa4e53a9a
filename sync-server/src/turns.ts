export interface Turns {
  /** One after another, in call order. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** When all that was asked for until now is done. */
  idle(): Promise<unknown>;
}

export function createTurns(): Turns {
  let turn: Promise<unknown> = Promise.resolve();
  return {
    run(work) {
      const done = turn.then(work);
      turn = done.catch(() => undefined);
      return done;
    },
    idle: () => turn,
  };
}
