/** The open week for the components below it, and the narrow ways in which they watch it. */
import type { BoardVisit, Onlooker, WeekBoard } from '@fieldfare/domain';
import { createContext, use, useSyncExternalStore } from 'react';
import { useObservable } from '../lib/observable.ts';
import type { LaneView, Layout, Summary } from './board-store.ts';
import type { CellFit } from './carry.ts';
import type { BoardController, UiState } from './controller.ts';

const BoardContext = createContext<BoardController | null>(null);
export const BoardProvider = BoardContext.Provider;

export function useController(): BoardController {
  const controller = use(BoardContext);
  if (!controller) throw new Error('no board around this component');
  return controller;
}

export function useBoard(): WeekBoard | null {
  const { store } = useController();
  return useSyncExternalStore(store.subscribe, store.board);
}

export function useLayout(): Layout {
  const { store } = useController();
  return useSyncExternalStore(store.subscribe, store.layout);
}

export function useSummary(): Summary {
  const { store } = useController();
  return useSyncExternalStore(store.subscribe, store.summary);
}

export function useTray(): readonly BoardVisit[] {
  const { store } = useController();
  return useSyncExternalStore(store.subscribe, store.tray);
}

export function useDayCounts(): readonly number[] {
  const { store } = useController();
  return useSyncExternalStore(store.subscribe, store.dayCounts);
}

export function useVisit(id: string): BoardVisit | undefined {
  const { store } = useController();
  return useSyncExternalStore(store.subscribe, () => store.visit(id));
}

export function useLane(staffId: string): LaneView | undefined {
  const { store } = useController();
  return useSyncExternalStore(store.subscribe, () => store.lane(staffId));
}

export function useLaneFit(staffId: string): readonly (CellFit | undefined)[] | null {
  const { carry } = useController();
  return useSyncExternalStore(carry.subscribe, () => carry.lane(staffId));
}

/** Ids of the carried visits, for dimming their cards. */
export function useInHand(): readonly string[] {
  const { carry } = useController();
  return useSyncExternalStore(carry.subscribe, carry.inHand);
}

const NOBODY: readonly Onlooker[] = [];
const byVisit = new WeakMap<readonly Onlooker[], Map<string, readonly Onlooker[]>>();

/** Grouped once a change: hundreds of cards ask. */
function onlookersOf(all: readonly Onlooker[], id: string): readonly Onlooker[] {
  if (all.length === 0) return NOBODY;
  let groups = byVisit.get(all);
  if (!groups) {
    groups = new Map();
    for (const one of all) {
      if (one.visitId !== null) groups.set(one.visitId, [...(groups.get(one.visitId) ?? NOBODY), one]);
    }
    byVisit.set(all, groups);
  }
  return groups.get(id) ?? NOBODY;
}

/** Colleagues who look at this visit. */
export function useVisitOnlookers(id: string): readonly Onlooker[] {
  return useObservable(useController().onlookers, (all) => onlookersOf(all, id));
}

export function useUi<S>(select: (state: UiState) => S): S {
  return useObservable(useController().ui, select);
}
