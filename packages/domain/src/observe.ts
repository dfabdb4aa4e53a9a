/**
 * A value with a change listener as an async iterable: the value now, then again after every change. Changes that
 * come while the consumer is busy collapse into one. Ends with the signal.
 */
export async function* observe<T>(
  read: () => T,
  onChange: (listener: () => void) => () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, void> {
  let dirty = true;
  let wake: () => void = () => {};
  const notify = (): void => {
    dirty = true;
    wake();
  };
  const stop = onChange(notify);
  signal?.addEventListener('abort', notify);
  try {
    while (!signal?.aborted) {
      if (dirty) {
        dirty = false;
        yield read();
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    stop();
    signal?.removeEventListener('abort', notify);
  }
}
