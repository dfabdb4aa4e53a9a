/**
 * Kills a browser at random points under writes and reopens it: every acknowledged edit has to be there. The tests
 * run a few rounds, `pnpm soak kill` many. A laptop lives for as many rounds as it would be opened in a few weeks, then
 * another one signs in; the server stays.
 */
import { seededRandom } from '@fieldfare/kernel';
import type { Page } from 'playwright-core';
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

/** Notes written on one visit, by number: the highest the page said was saved, and the highest it may have begun. */
interface Edited {
  saved: number;
  begun: number;
}

const MOST_WRITING_MS = 1_500;
const ROUNDS_A_LAPTOP = 100;
/** A reopening that took longer is described. */
const SLOW_MS = 2_400;
/** Visits that are written on, the first of the board. */
const VISITS = 8;

export async function killPage(options: {
  readonly server: DemoServer;
  readonly rounds: number;
  readonly seed: number;
  readonly log?: (line: string) => void;
}): Promise<KillOutcome> {
  const { server, rounds, seed, log = () => {} } = options;
  const random = seededRandom(seed);
  const lost: string[] = [];
  const reopenings: number[] = [];
  const edited = new Map<string, Edited>();
  let profile = '';
  let acknowledged = 0;
  let number = 0;
  let visit = '';

  async function reopen(page: Page): Promise<void> {
    const took = await opening(page, server.url, 'Unlock');
    reopenings.push(took);
    if (took > SLOW_MS) log(`slow: ${await whereItWent(page)}`);
  }

  /** Leaves the visit open. */
  async function check(page: Page, round: number, id: string, edits: Edited): Promise<void> {
    await openVisit(page, id);
    const note = await page.getByTestId('visit-panel').getByLabel('Note').inputValue();
    const found = Number(note.replace('edit ', ''));
    if (!(found >= edits.saved && found <= edits.begun)) {
      lost.push(`round ${round}, visit ${id}: saved ${edits.saved}, begun ${edits.begun}, found "${note}"`);
    }
    edits.saved = Math.max(edits.saved, Number.isNaN(found) ? 0 : found);
    edits.begun = edits.saved;
  }

  for (let round = 0; round < rounds; round += 1) {
    const isNew = round % ROUNDS_A_LAPTOP === 0;
    if (isNew) profile = temporaryFolder('killed');
    const { page, kill } = await openKillable(profile);
    if (isNew) await signIn(page, server.url, 'amelie');
    else await reopen(page);
    const before = edited.get(visit);
    if (before !== undefined && !isNew) await check(page, round, visit, before);
    const cards = (await cardIds(page)).slice(0, VISITS);
    visit = cards[Math.floor(random.float() * cards.length)] ?? '';
    await openVisit(page, visit);
    const edits = edited.get(visit) ?? { saved: 0, begun: 0 };
    edited.set(visit, edits);
    let dying: Promise<void> | null = null;
    let alive = true;
    while (alive) {
      number += 1;
      edits.begun = number;
      try {
        // Another field's notice in between, so that each "Note saved." belongs to this edit. The last round may have
        // ended between the two: what is set has to differ from what stands.
        const minutes = Number(await page.getByTestId('visit-panel').getByLabel('Minutes').inputValue());
        await setField(page, 'Minutes', String(20 + ((minutes + 1) % 40)));
        await setField(page, 'Note', `edit ${number}`);
        edits.saved = number;
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
    log(`round ${round + 1}/${rounds}: ${acknowledged} edits acknowledged${isNew ? '' : reopenedIn(reopenings)}`);
    if (round + 1 === rounds || (round + 1) % ROUNDS_A_LAPTOP === 0) await checkAll(round + 1);
  }
  return { rounds, acknowledged, lost, reopenings };

  /** All that this laptop was told is saved, before another one takes its place. */
  async function checkAll(round: number): Promise<void> {
    const { page, kill } = await openKillable(profile);
    await reopen(page);
    for (const [id, edits] of edited) await check(page, round, id, edits);
    await kill();
    edited.clear();
  }
}

/** What took longer than a tenth of a second in the page and its worker, ms from the beginning of each. */
async function whereItWent(page: Page): Promise<string> {
  const steps = (): string =>
    performance
      .getEntries()
      .filter(({ duration }) => duration > 100)
      .map(({ name, startTime, duration }) => {
        return `${name.replace(/^.*\//, '')} ${Math.round(startTime)}+${Math.round(duration)}`;
      })
      .join(', ');
  const all = [page.evaluate(steps), ...page.workers().map((worker) => worker.evaluate(steps))];
  return (await Promise.all(all.map((told) => told.catch(() => 'gone')))).join(' | ');
}

const reopenedIn = (reopenings: readonly number[]): string => `, reopened in ${Math.round(reopenings.at(-1) ?? 0)} ms`;
