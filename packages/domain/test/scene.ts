/** Two people with the same rows: one with a board, one somewhere else, who meet when a test says so. */
import type { Store } from '@fieldfare/store';
import type { Database } from '../src/database.ts';
import type { BoardConflict, WeekBoard } from '../src/scheduling/index.ts';
import { type Agency, AMELIE, BEN, createAgency, WEEK } from './agency.ts';
import { exchange, openDesk, openPeer, type TestDesk, type TestPeer } from './context.ts';

export interface Scene {
  readonly agency: Agency;
  readonly amelie: TestDesk;
  /** Another laptop that holds the same rows. */
  readonly ben: TestPeer;
  readonly at: { readonly regionId: string; readonly week: string };
  meet(): Promise<void>;
  board(): Promise<WeekBoard>;
}

export async function openScene(store: Store<Database>): Promise<Scene> {
  const agency = createAgency();
  const amelie = await openDesk(AMELIE, store);
  const ben = await openPeer(BEN);
  await amelie.commit(agency.changes);
  const meet = async (): Promise<void> => {
    await exchange(amelie, ben, agency.shards);
    await amelie.projected();
  };
  await meet();
  const at = { regionId: agency.regionId, week: WEEK };
  return { agency, amelie, ben, at, meet, board: () => amelie.caller.scheduling.week(at) };
}

/** What a rejected procedure says: the rules of its problems. */
export async function rulesOf(call: Promise<unknown>): Promise<(string | undefined)[]> {
  try {
    await call;
    return [];
  } catch (error) {
    const { cause } = error as { cause?: { problems?: { rule?: string }[] } };
    return (cause?.problems ?? [{ rule: String(error) }]).map(({ rule }) => rule);
  }
}

export const kindsOf = (conflicts: readonly BoardConflict[]): string[] => conflicts.map(({ kind }) => kind).sort();
