/**
 * Kills a browser at random points under writes and reopens it: every acknowledged edit has to be there. The tests
 * run a few rounds, `pnpm soak kill` many.
 */
import { seededRandom } from '@fieldfare/kernel';
import {
  cardIds,
  type DemoServer,
  opening,
  openKillable,
  openVisit,
  pause,
  setField,
  signIn,
  temporaryFolder,
} from './harness.ts';

export interface KillOutcome {
  readonly rounds: number;
  readonly acknowledged: number;
  /** One line for each acknowledged edit that was gone. */
  readonly lost: readonly string[];
  /** Each reopening, from the address to the board, in ms. */
  readonly reopenings: readonly number[];
}

const MOST_WRITING_MS = 2_500;

export async function killPage(options: {
  readonly server: DemoServer;
  readonly rounds: number;
  readonly seed: number;
  readonly log?: (line: string) => void;
}): Promise<KillOutcome> {
  const { server, rounds, seed, log = () => {} } = options;
  const random = seededRandom(seed);
  const profile = temporaryFolder('killed');
  const lost: string[] = [];
  let acknowledged = 0;
  const reopenings: number[] = [];
  let visit = '';
  /** Highest edit the page said was saved, and the highest it may have begun. */
  let saved = 0;
  let begun = 0;

  for (let round = 0; round <= rounds; round += 1) {
    const { page, kill } = await openKillable(profile);
    if (round === 0) {
      await signIn(page, server.url, 'amelie');
      [visit = ''] = await cardIds(page);
    } else {
      reopenings.push(await opening(page, server.url, 'Unlock'));
    }
    await openVisit(page, visit);
    if (round > 0) {
      const note = await page.getByTestId('visit-panel').getByLabel('Note').inputValue();
      const found = Number(note.replace('edit ', ''));
      if (!(found >= saved && found <= begun))
        lost.push(`round ${round}: saved ${saved}, begun ${begun}, found "${note}"`);
      saved = Math.max(saved, Number.isNaN(found) ? 0 : found);
      begun = saved;
    }
    if (round === rounds) {
      await kill();
      break;
    }
    let alive = true;
    let dying: Promise<void> | null = null;
    while (alive) {
      begun += 1;
      const edit = begun;
      try {
        // Another field's notice in between, so that each "Note saved." belongs to this edit. The last round may have
        // ended between the two: what is set has to differ from what stands.
        const minutes = Number(await page.getByTestId('visit-panel').getByLabel('Minutes').inputValue());
        await setField(page, 'Minutes', String(20 + ((minutes + 1) % 40)));
        await setField(page, 'Note', `edit ${edit}`);
        saved = edit;
        acknowledged += 2;
        // The end comes at a random moment after the first edit of the round.
        dying ??= pause(random.float() * MOST_WRITING_MS).then(async () => {
          alive = false;
          await kill();
        });
      } catch (error) {
        if (dying === null) throw error; // nobody has killed it yet
        break;
      }
    }
    await dying;
    log(`round ${round + 1}/${rounds}: ${saved} edits acknowledged${reopenedIn(reopenings.at(-1))}`);
  }
  return { rounds, acknowledged, lost, reopenings };
}

const reopenedIn = (ms?: number): string => (ms === undefined ? '' : `, reopened in ${Math.round(ms)} ms`);
