/** A value outside React that components watch. Listeners run in the order they came. */
import { useSyncExternalStore } from 'react';

export interface Observable<T> {
  get(): T;
  set(next: T | ((previous: T) => T)): void;
  subscribe(listener: () => void): () => void;
}

export function createObservable<T>(initial: T): Observable<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      const resolved = typeof next === 'function' ? (next as (previous: T) => T)(value) : next;
      if (Object.is(resolved, value)) return;
      value = resolved;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** `select` must return a value that is stable while its part of the state is. */
export function useObservable<T, S = T>(
  source: Pick<Observable<T>, 'get' | 'subscribe'>,
  select: (value: T) => S = (value) => value as unknown as S,
): S {
  return useSyncExternalStore(source.subscribe, () => select(source.get()));
}
