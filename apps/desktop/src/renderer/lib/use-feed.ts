/** A subscription of the worker's router as React state. */
import type { Problem } from '@fieldfare/kernel';
import { useEffect, useState } from 'react';
import { problemsOf } from './problems.ts';

export interface FeedState<T> {
  /** Null until the first value; the last one stays when the feed ends with problems. */
  readonly value: T | null;
  readonly problems: readonly Problem[];
}

export interface Callbacks<T> {
  readonly onData: (value: T) => void;
  readonly onError: (error: unknown) => void;
}

/** `subscribe` must be stable (`useCallback`): another one starts over. */
export function useFeed<T>(subscribe: (callbacks: Callbacks<T>) => { unsubscribe(): void }): FeedState<T> {
  const [state, setState] = useState<FeedState<T>>({ value: null, problems: [] });
  useEffect(() => {
    setState({ value: null, problems: [] });
    const subscription = subscribe({
      onData: (value) => setState({ value, problems: [] }),
      onError: (error) => setState(({ value }) => ({ value, problems: problemsOf(error) })),
    });
    return () => subscription.unsubscribe();
  }, [subscribe]);
  return state;
}
