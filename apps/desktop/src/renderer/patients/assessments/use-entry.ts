/**
 * An entry under way: what was typed, and how it is kept. Every change is saved a moment later as a draft on this device
 * (and goes to the server by itself); leaving the screen saves at once. Only completing makes it an assessment.
 */
import type { Form } from '@fieldfare/domain/assessments';
import { type LocalDate, type Problem, problem } from '@fieldfare/kernel';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { attempt } from '../../lib/problems.ts';

const AUTOSAVE_MS = 500;

export interface EntryStart {
  readonly form: Form;
  readonly assessedOn: LocalDate;
  readonly answers: ReadonlyMap<string, number>;
  readonly amends: string | null;
  readonly reason: string;
}

export type Saving = 'untouched' | 'saving' | 'saved' | 'failed';

export interface Entry {
  readonly answers: ReadonlyMap<string, number>;
  readonly assessedOn: LocalDate;
  readonly reason: string;
  readonly saving: Saving;
  readonly problems: readonly Problem[];
  /** Items whose text is no answer: kept in their fields, in no draft, and in the way of completing. */
  readonly wrong: ReadonlySet<string>;
  answer(code: string, value: number | null | 'wrong'): void;
  setDate(date: LocalDate): void;
  setReason(reason: string): void;
  /** The new assessment's id, or null with `problems`. */
  complete(): Promise<string | null>;
  /** Forgets the draft. */
  discard(): Promise<void>;
}

export function useEntry(
  client: WorkspaceClient,
  target: { readonly regionId: string; readonly patientId: string },
  start: EntryStart,
): Entry {
  const { form, amends } = start;
  const { regionId, patientId } = target;
  const [answers, setAnswers] = useState(start.answers);
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set());
  const [assessedOn, setDate] = useState(start.assessedOn);
  const [reason, setReason] = useState(start.reason);
  const [saving, setSaving] = useState<Saving>('untouched');
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  /** What is not saved yet; null: everything is. */
  const unsaved = useRef<Parameters<WorkspaceClient['assessments']['saveDraft']['mutate']>[0] | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const last = useRef<Promise<void>>(Promise.resolve());

  const content = {
    regionId,
    patientId,
    instrument: form.instrument,
    formVersion: form.version,
    assessedOn,
    answers: [...answers].map(([code, value]) => ({ code, value })),
    amends,
    reason,
  };

  const flush = useCallback((): Promise<void> => {
    clearTimeout(timer.current);
    const draft = unsaved.current;
    unsaved.current = null;
    if (draft === null) return last.current;
    last.current = last.current.then(async () => {
      const saved = await attempt(() => client.assessments.saveDraft.mutate(draft));
      setSaving(saved.ok ? 'saved' : 'failed');
      if (!saved.ok) setProblems(saved.problems);
    });
    return last.current;
  }, [client]);

  /** Opening an entry is no change of it. */
  const touched = useRef(false);
  useEffect(() => {
    if (!touched.current) return;
    unsaved.current = content;
    setSaving('saving');
    setProblems([]);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void flush(), AUTOSAVE_MS);
  }, [answers, assessedOn, reason, flush]);
  useEffect(() => () => void flush(), [flush]);

  return {
    answers,
    wrong,
    assessedOn,
    reason,
    saving,
    problems,
    answer(code, given) {
      touched.current = true;
      const value = typeof given === 'number' ? given : undefined;
      setWrong((before) => {
        if (before.has(code) === (given === 'wrong')) return before;
        const next = new Set(before);
        if (given === 'wrong') next.add(code);
        else next.delete(code);
        return next;
      });
      setAnswers((before) => {
        if (before.get(code) === value) return before;
        const next = new Map(before);
        if (value === undefined) next.delete(code);
        else next.set(code, value);
        return next;
      });
    },
    setDate(date) {
      touched.current = true;
      setDate(date);
    },
    setReason(text) {
      touched.current = true;
      setReason(text);
    },
    async complete() {
      if (wrong.size > 0) {
        const items = [...wrong].join(', ');
        setProblems([problem('invalid', `${items}: not an answer this form takes; nothing was recorded`)]);
        return null;
      }
      await flush();
      const done = await attempt(() => client.assessments.complete.mutate(content));
      if (done.ok) return done.value.assessmentId;
      setProblems(done.problems);
      return null;
    },
    async discard() {
      clearTimeout(timer.current);
      unsaved.current = null;
      await last.current;
      await attempt(() =>
        client.assessments.discardDraft.mutate({ regionId, patientId, instrument: form.instrument, amends }),
      );
    },
  };
}
