/** An answer that is asked for when its question changes, and again on demand. A late answer to an old question is dropped. */
import type { Problem, Result } from '@fieldfare/kernel';
import { useCallback, useEffect, useRef, useState } from 'react';

export interface Answer<T> {
  /** The last good one; stays while the next is on its way. */
  readonly value: T | null;
  readonly problems: readonly Problem[];
  readonly asking: boolean;
  reload(): void;
}

/** `key` names the question; null asks nothing. */
export function useAnswer<T>(key: string | null, ask: () => Promise<Result<T>>): Answer<T> {
  const [state, setState] = useState<{ key: string | null; value: T | null; problems: readonly Problem[] }>({
    key: null,
    value: null,
    problems: [],
  });
  const [asking, setAsking] = useState(false);
  const [round, setRound] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (key === null) return;
    let over = false;
    setAsking(true);
    void latest.current().then((result) => {
      if (over) return;
      setAsking(false);
      if (result.ok) setState({ key, value: result.value, problems: [] });
      else setState((before) => ({ key, value: before.key === key ? before.value : null, problems: result.problems }));
    });
    return () => {
      over = true;
    };
  }, [key, round]);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  return { value: key === null ? null : state.value, problems: state.problems, asking, reload };
}
