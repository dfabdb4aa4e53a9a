/** Wakes the readers of tables that changed. */

/** Tells who listens to which table. */
export interface Bell {
  ring(tables: Iterable<string>): void;
  /** Calls `heard` for each ring that names one of `tables`; returns the way to stop. */
  listen(tables: readonly string[], heard: () => void): () => void;
  /** The number of the last ring that named one of `tables`; 0 before the first. */
  lastRing(tables: readonly string[]): number;
  /** Live queries that wait, for tests and diagnostics. */
  listeners(): number;
  /** Ends every live query. */
  close(): void;
  readonly closed: AbortSignal;
}

export function createBell(): Bell {
  const listening = new Map<string, Set<() => void>>();
  const lastRings = new Map<string, number>();
  let rings = 0;
  const closing = new AbortController();
  return {
    ring(tables) {
      const heard = new Set<() => void>();
      rings += 1;
      for (const table of tables) {
        lastRings.set(table, rings);
        for (const listener of listening.get(table) ?? []) heard.add(listener);
      }
      for (const listener of heard) listener();
    },
    listen(tables, heard) {
      for (const table of tables) {
        const set = listening.get(table) ?? new Set();
        listening.set(table, set.add(heard));
      }
      return () => {
        for (const table of tables) {
          const set = listening.get(table);
          set?.delete(heard);
          if (set?.size === 0) listening.delete(table);
        }
      };
    },
    lastRing: (tables) => tables.reduce((last, table) => Math.max(last, lastRings.get(table) ?? 0), 0),
    listeners: () => new Set([...listening.values()].flatMap((set) => [...set])).size,
    close: () => closing.abort(),
    closed: closing.signal,
  };
}

/** Two results are the same when their JSON is. */
const asJson = (value: unknown): string | undefined =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each));

export interface LiveOptions<T> {
  readonly bell: Bell;
  readonly tables: readonly string[];
  readonly query: () => Promise<T>;
  readonly signal: AbortSignal;
  /** Default: equal JSON. */
  readonly same?: ((previous: T, next: T) => boolean) | undefined;
}

/**
 * The results of a query over time. Written as an iterator and not as a generator, because `return()` and an
 * abort must end a pending `next()` at once: a generator would hold its listener until the next change.
 */
export function liveQuery<T>({ bell, tables, query, signal, same }: LiveOptions<T>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      let stale = true;
      let ended = false;
      let wake: () => void = () => {};
      let previous: { readonly value: T; readonly json: string | undefined } | undefined;

      const stop = bell.listen(tables, () => {
        stale = true;
        wake();
      });
      const end = () => {
        ended = true;
        stop();
        signal.removeEventListener('abort', end);
        bell.closed.removeEventListener('abort', end);
        wake();
      };
      if (signal.aborted || bell.closed.aborted) end();
      else {
        signal.addEventListener('abort', end, { once: true });
        bell.closed.addEventListener('abort', end, { once: true });
      }

      /** Resolves with true once there may be something new, with false at the end. */
      const changed = async (): Promise<boolean> => {
        while (!ended && !stale) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        return !ended;
      };

      const next = async (): Promise<IteratorResult<T, undefined>> => {
        while (await changed()) {
          stale = false;
          let value: T;
          try {
            value = await query();
          } catch (error) {
            const over = ended;
            end();
            if (over) break;
            throw error;
          }
          if (ended) break;
          const json = same ? undefined : asJson(value);
          if (previous && (same ? same(previous.value, value) : previous.json === json)) continue;
          previous = { value, json };
          return { done: false, value };
        }
        return { done: true, value: undefined };
      };

      // One `next()` at a time: a consumer that asks twice gets two results in order.
      let tail: Promise<unknown> = Promise.resolve();
      return {
        next() {
          const result = tail.then(next);
          tail = result.catch(() => {});
          return result;
        },
        async return() {
          end();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
