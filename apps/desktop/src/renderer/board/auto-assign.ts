/** One run of the engine on screen: progress, the proposal, which placements are ticked. Changes nothing by itself. */
import type { Proposal } from '@fieldfare/domain';
import type { Problem } from '@fieldfare/kernel';
import { createObservable, type Observable } from '../lib/observable.ts';
import type { BoardStore } from './board-store.ts';
import { asPlacement, type Scope, type WorkSource } from './source.ts';

export type AutoAssignState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly placed: number; readonly total: number; readonly elapsedMs: number }
  | {
      readonly phase: 'proposal';
      readonly proposal: Proposal;
      readonly ticked: ReadonlySet<string>;
      readonly accepting: boolean;
      /** Why the last acceptance was refused, when it was. */
      readonly refused: readonly Problem[];
    }
  | { readonly phase: 'failed'; readonly problems: readonly Problem[] };

export interface AutoAssign {
  readonly state: Observable<AutoAssignState>;
  start(): void;
  /** Stops the engine, or drops the proposal. */
  drop(): void;
  tick(visitIds: readonly string[], on: boolean): void;
  /** Accepts what is ticked. Ok with the number of visits placed. */
  accept(): Promise<number | null>;
  dispose(): void;
}

const IDLE: AutoAssignState = { phase: 'idle' };

/** Ids that a stale answer names, from problem params: `visitId` or `visitIds`. */
function namedVisits(problems: readonly Problem[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { params } of problems) {
    const one = params?.visitId;
    const many = params?.visitIds;
    if (typeof one === 'string') ids.add(one);
    if (Array.isArray(many)) for (const id of many) ids.add(String(id));
  }
  return ids;
}

export function createAutoAssign(deps: {
  readonly source: WorkSource;
  readonly scope: Scope;
  readonly store: BoardStore;
}): AutoAssign {
  const { source, scope, store } = deps;
  const state = createObservable<AutoAssignState>(IDLE);
  let stop: (() => void) | null = null;

  const halt = (): void => {
    stop?.();
    stop = null;
  };

  function show(proposal: Proposal): void {
    state.set({
      phase: 'proposal',
      proposal,
      ticked: new Set(proposal.placements.map((placement) => placement.visitId)),
      accepting: false,
      refused: [],
    });
    store.setGhosts(proposal.placements);
  }

  return {
    state,
    start() {
      halt();
      store.setGhosts([]);
      state.set({ phase: 'running', placed: 0, total: store.summary().unscheduled, elapsedMs: 0 });
      stop = source.autoAssign(scope, {
        onData(event) {
          if (event.type === 'progress') {
            state.set({ phase: 'running', placed: event.placed, total: event.total, elapsedMs: event.elapsedMs });
          } else {
            halt();
            show(event.proposal);
          }
        },
        onProblem(problems) {
          halt();
          state.set({ phase: 'failed', problems });
        },
        onEnd() {
          // A feed that ends without a proposal found nothing to do.
          if (state.get().phase === 'running') state.set(IDLE);
        },
      });
    },
    drop() {
      halt();
      store.setGhosts([]);
      state.set(IDLE);
    },
    tick(visitIds, on) {
      const now = state.get();
      if (now.phase !== 'proposal') return;
      const ticked = new Set(now.ticked);
      for (const id of visitIds) {
        if (on) ticked.add(id);
        else ticked.delete(id);
      }
      state.set({ ...now, ticked });
      store.setGhosts(now.proposal.placements.filter((placement) => ticked.has(placement.visitId)));
    },
    async accept() {
      const now = state.get();
      if (now.phase !== 'proposal' || now.accepting) return null;
      const chosen = now.proposal.placements.filter((placement) => now.ticked.has(placement.visitId));
      if (chosen.length === 0) return null;
      state.set({ ...now, accepting: true, refused: [] });
      const result = await source.accept(scope, now.proposal.id, chosen.map(asPlacement));
      if (result.ok) {
        store.setGhosts([]);
        state.set(IDLE);
        return result.value.accepted;
      }
      // All or nothing: untick what went stale, so that the rest can be accepted with one more press.
      const stale = namedVisits(result.problems);
      const ticked = new Set([...now.ticked].filter((id) => !stale.has(id)));
      state.set({ ...now, ticked, accepting: false, refused: result.problems });
      store.setGhosts(now.proposal.placements.filter((placement) => ticked.has(placement.visitId)));
      return null;
    },
    dispose: halt,
  };
}
