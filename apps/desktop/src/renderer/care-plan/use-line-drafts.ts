/** The lines somebody is changing: judged while they type, saved when they pause, never overwritten meanwhile. */
import type { LineInput, PlanView, ReviewView } from '@fieldfare/domain';
import type { Problem } from '@fieldfare/kernel';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CareSource } from './care-source.ts';
import { inputOf } from './draft-lines.tsx';

const JUDGE_MS = 120;
const SAVE_MS = 500;

export interface LineDrafts {
  readonly lines: readonly LineInput[];
  readonly reason: string;
  readonly review: ReviewView | null;
  readonly problems: readonly Problem[];
  /** Something is not saved yet. */
  readonly dirty: boolean;
  setLines(lines: readonly LineInput[]): void;
  setReason(reason: string): void;
  /** Saves what is left to save; resolves to whether all is saved. */
  flush(): Promise<boolean>;
}

interface Draft {
  readonly lines: readonly LineInput[];
  readonly reason: string;
}

const draftOf = (plan: PlanView): Draft => ({ lines: plan.lines.map(inputOf), reason: plan.reason });

export function useLineDrafts(source: CareSource, plan: PlanView): LineDrafts {
  const [draft, setDraft] = useState<Draft>(() => draftOf(plan));
  const [review, setReview] = useState<ReviewView | null>(plan.review);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [dirty, setDirty] = useState(false);
  const latest = useRef(draft);
  const unsaved = useRef(false);
  latest.current = draft;

  // Others may have changed the plan: taken over unless something here is on its way.
  useEffect(() => {
    if (unsaved.current) return;
    setDraft(draftOf(plan));
    setReview(plan.review);
  }, [plan]);

  const flush = useCallback(async (): Promise<boolean> => {
    if (!unsaved.current) return true;
    const sent = latest.current;
    const result = await source.save(plan.id, sent.lines, sent.reason);
    setProblems(result.ok ? [] : result.problems);
    if (result.ok && latest.current === sent) {
      unsaved.current = false;
      setDirty(false);
    }
    return result.ok;
  }, [source, plan.id]);

  useEffect(() => {
    if (!dirty) return;
    let over = false;
    const judge = setTimeout(async () => {
      const result = await source.review(plan.id, draft.lines, draft.reason);
      if (!over && result.ok) setReview(result.value);
    }, JUDGE_MS);
    const save = setTimeout(() => void flush(), SAVE_MS);
    return () => {
      over = true;
      clearTimeout(judge);
      clearTimeout(save);
    };
  }, [source, plan.id, draft, dirty, flush]);

  // Leaving the screen saves too.
  useEffect(() => () => void flush(), [flush]);

  const change = (next: Draft): void => {
    unsaved.current = true;
    setDirty(true);
    setDraft(next);
  };
  return {
    ...draft,
    review,
    problems,
    dirty,
    setLines: (lines) => change({ ...draft, lines }),
    setReason: (reason) => change({ ...draft, reason }),
    flush,
  };
}
