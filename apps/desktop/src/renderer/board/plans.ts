/** Several plans of the week, worked out side by side: how far the run is, and what it has found. Changes nothing. */
import type { ScenariosEvent } from '@fieldfare/domain';
import type { Problem } from '@fieldfare/kernel';
import { createObservable, type Observable } from '../lib/observable.ts';
import type { Scope, WorkSource } from './source.ts';

export interface PlansState {
  readonly phase: 'idle' | 'running' | 'done' | 'failed';
  /** Whether placed visits could move in what is shown. */
  readonly mayMove: boolean;
  readonly progress: Extract<ScenariosEvent, { type: 'progress' }> | null;
  readonly found: Extract<ScenariosEvent, { type: 'plans' }> | null;
  readonly finishing: boolean;
  readonly problems: readonly Problem[];
}

export interface Plans {
  readonly state: Observable<PlansState>;
  start(mayMove: boolean): void;
  /** Ends with what is found so far. */
  finish(): void;
  /** Stops the run and forgets what it found. */
  drop(): void;
}

const IDLE: PlansState = {
  phase: 'idle',
  mayMove: true,
  progress: null,
  found: null,
  finishing: false,
  problems: [],
};

export function createPlans({ source, scope }: { readonly source: WorkSource; readonly scope: Scope }): Plans {
  const state = createObservable<PlansState>(IDLE);
  let stop: (() => void) | null = null;
  let runId = '';
  const halt = (): void => {
    stop?.();
    stop = null;
  };
  return {
    state,
    start(mayMove) {
      halt();
      state.set({ ...IDLE, phase: 'running', mayMove });
      runId = crypto.randomUUID();
      stop = source.scenarios(
        scope,
        { runId, mayMove },
        {
          onData(event) {
            const now = state.get();
            if (event.type === 'progress') state.set({ ...now, progress: event });
            else {
              state.set({ ...now, found: event, phase: event.complete ? 'done' : 'running' });
              if (event.complete) halt();
            }
          },
          onProblem(problems) {
            halt();
            state.set({ ...IDLE, mayMove, phase: 'failed', problems });
          },
        },
      );
    },
    finish() {
      const now = state.get();
      if (now.phase !== 'running' || now.finishing) return;
      state.set({ ...now, finishing: true });
      void source.finishScenarios(scope, runId);
    },
    drop() {
      halt();
      state.set((now) => ({ ...IDLE, mayMove: now.mayMove }));
    },
  };
}
