/** One run of the engine on screen: progress, the proposal, which placements are ticked. Changes nothing by itself. */
import type { AutoAssignEvent, AutoAssignProgress, Proposal } from '@fieldfare/domain';
import type { Problem } from '@fieldfare/kernel';
import { createObservable, type Observable } from '../lib/observable.ts';
import type { BoardStore } from './board-store.ts';
import { asPlacement, type Feed, type Origin, type Scope, shownOf, type WorkSource } from './source.ts';

/** A proposal under review. */
export interface Reviewed {
  readonly phase: 'proposal';
  readonly proposal: Proposal;
  readonly origin: Origin;
  /** Plans that were shown with it. */
  readonly beside: readonly Proposal[];
  readonly ticked: ReadonlySet<string>;
  readonly accepting: boolean;
  /** Why the last acceptance was refused, when it was. */
  readonly refused: readonly Problem[];
}

/** `atHand`: the proposal that was under review when the run was started, to go back to. */
export type AutoAssignState =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'running';
      readonly progress: Omit<AutoAssignProgress, 'type'>;
      /** The engine has been told to hand over what it has. */
      readonly finishing: boolean;
      readonly atHand: Reviewed | null;
    }
  | Reviewed
  | { readonly phase: 'failed'; readonly problems: readonly Problem[]; readonly atHand: Reviewed | null };

export interface AutoAssign {
  readonly state: Observable<AutoAssignState>;
  start(): void;
  /** Searches three times as long as `start`. */
  startLonger(): void;
  /** Puts a proposal up for review that was worked out elsewhere. */
  show(proposal: Proposal, origin: Origin, beside?: readonly Proposal[]): void;
  /** Has the engine hand over its best so far. */
  finish(): void;
  /** Stops the engine, or drops the proposal. After a run that did not end in one, the proposal at hand is under review again. */
  drop(): void;
  tick(visitIds: readonly string[], on: boolean): void;
  /** Accepts what is ticked. Ok with the number of visits placed. */
  accept(): Promise<number | null>;
  dispose(): void;
}

const IDLE: AutoAssignState = { phase: 'idle' };

function proposalIn(state: AutoAssignState): Reviewed | null {
  if (state.phase === 'idle') return null;
  return state.phase === 'proposal' ? state : state.atHand;
}

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
  let runId = '';

  const halt = (): void => {
    stop?.();
    stop = null;
  };

  function show(proposal: Proposal, origin: Origin, beside: readonly Proposal[] = []): void {
    halt();
    review({
      phase: 'proposal',
      proposal,
      origin,
      beside,
      ticked: new Set(proposal.placements.map((placement) => placement.visitId)),
      accepting: false,
      refused: [],
    });
  }

  function review(now: Reviewed): void {
    state.set(now);
    store.setGhosts(now.proposal.placements.filter(({ visitId }) => now.ticked.has(visitId)));
  }

  function run(longer: boolean): void {
    halt();
    const atHand = proposalIn(state.get());
    store.setGhosts([]);
    const nothing = { placed: 0, components: null, improved: 0, elapsedMs: 0 };
    state.set({
      phase: 'running',
      progress: { ...nothing, total: store.summary().unscheduled },
      finishing: false,
      atHand,
    });
    runId = crypto.randomUUID();
    const feed: Feed<AutoAssignEvent> = {
      onData(event) {
        if (event.type === 'progress') {
          const now = state.get();
          const finishing = now.phase === 'running' && now.finishing;
          state.set({ phase: 'running', progress: event, finishing, atHand });
        } else {
          show(event.proposal, 'proposal');
        }
      },
      onProblem(problems) {
        halt();
        state.set({ phase: 'failed', problems, atHand });
      },
      onEnd() {
        // A feed that ends without a proposal found nothing to do.
        if (state.get().phase !== 'running') return;
        if (atHand) review(atHand);
        else state.set(IDLE);
      },
    };
    stop = source.autoAssign(scope, { runId, longer }, feed);
  }

  return {
    state,
    show,
    start: () => run(false),
    startLonger: () => run(true),
    finish() {
      const now = state.get();
      if (now.phase !== 'running' || now.finishing) return;
      state.set({ ...now, finishing: true });
      // A run that has just ended by itself needs no finishing: its proposal is on its way.
      void source.finishAutoAssign(scope, runId);
    },
    drop() {
      halt();
      const now = state.get();
      if (now.phase === 'proposal') {
        source.dropProposal(scope, now.proposal.id, now.origin, shownOf(now.proposal));
      } else {
        const atHand = proposalIn(now);
        if (atHand) {
          review(atHand);
          return;
        }
      }
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
      review({ ...now, ticked });
    },
    async accept() {
      const now = state.get();
      if (now.phase !== 'proposal' || now.accepting) return null;
      const chosen = now.proposal.placements.filter((placement) => now.ticked.has(placement.visitId));
      if (chosen.length === 0) return null;
      // What went stale was unticked here, not turned down by anybody.
      const stale = namedVisits(now.refused);
      const left = now.proposal.placements.filter(({ visitId }) => !now.ticked.has(visitId) && !stale.has(visitId));
      state.set({ ...now, accepting: true, refused: [] });
      const result = await source.accept(scope, {
        proposalId: now.proposal.id,
        origin: now.origin,
        placements: chosen.map(asPlacement),
        shown: {
          ...shownOf(now.proposal),
          leftOut: left.map(({ visitId, staffId, date, start }) => ({ visitId, staffId, date, start })),
          others: now.beside.map((other) => ({ ...shownOf(other), proposalId: other.id })),
        },
      });
      if (result.ok) {
        store.setGhosts([]);
        state.set(IDLE);
        return result.value.accepted;
      }
      // All or nothing: untick what went stale, so that the rest can be accepted with one more press.
      const changed = namedVisits(result.problems);
      const ticked = new Set([...now.ticked].filter((id) => !changed.has(id)));
      review({ ...now, ticked, accepting: false, refused: result.problems });
      return null;
    },
    dispose: halt,
  };
}
