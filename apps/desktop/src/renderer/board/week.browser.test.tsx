/**
 * The week by keyboard in a real browser, over the fixture.
 *
 *  BRD-KEYS  everything the pointer does, the keyboard does: reach, carry, put down, move to, unassign, undo
 *  BRD-SAID  every outcome is announced
 *  BRD-A11Y  axe finds nothing against WCAG 2.1 AA, contrast included, in light and dark
 *  BRD-PAIR  the two visits of a pair are carried together, or one alone, and the board says which
 *  BRD-SYNC  while part of the data is refused the link says so, and offers to try again
 *  BRD-RULE  a place that a rule blocks is refused with the rule's sentence
 */
import type { BoardVisit, WeekBoard } from '@fieldfare/domain';
import { ok, type ShardId } from '@fieldfare/kernel';
import axe from 'axe-core';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { makeBoard, REGION, SERVICES, WEEK } from '../bench/fixture.ts';
import { createFixtureSource } from '../bench/fixture-source.ts';
import { AppProvider } from '../shell/app-context.tsx';
import { Frame } from '../shell/frame.tsx';
import { Providers } from '../shell/providers.tsx';
import type { WorkSource } from './source.ts';
import { WeekPage } from './week-page.tsx';

let root: Root | null = null;
let locked = 0;

function open(board: WeekBoard, over: Partial<WorkSource> = {}): void {
  const host = document.createElement('div');
  host.id = 'root';
  document.body.replaceChildren(host);
  document.documentElement.style.height = '100%';
  root = createRoot(host);
  root.render(
    <Providers>
      <AppProvider
        value={{
          source: { ...createFixtureSource(board), ...over },
          org: {
            organisation: { name: 'Test agency', synthetic: true },
            regions: [{ id: REGION, name: board.regionName, zone: board.zone, lat: 45.42, lng: -75.69 }],
            serviceTypes: SERVICES,
          },
          user: { name: 'Test Person', login: 'test' },
          clock: { now: () => Date.parse('2026-11-25T15:00:00Z') },
          storageAtRisk: false,
          dismissStorageNotice: () => {},
          lock: () => {
            locked += 1;
          },
          signOut: () => {},
          goTo: () => {},
        }}
      >
        <Frame places={{ current: 'week', go: () => {} }} onImport={null}>
          <WeekPage regionId={REGION} week={WEEK} />
        </Frame>
      </AppProvider>
    </Providers>,
  );
}

const small = makeBoard({ lanes: 12, visits: 90, unscheduled: 0.2, conflicts: true });
const focused = (): HTMLElement => {
  if (!(document.activeElement instanceof HTMLElement)) throw new Error('nothing has focus');
  return document.activeElement;
};
const focusedVisit = (): string | undefined => focused().dataset.visitId;
const cellOf = (visitId: string): { readonly staffId?: string; readonly date?: string } => ({
  ...document
    .querySelector<HTMLElement>(`[role="grid"] [data-visit-id="${visitId}"]`)
    ?.closest<HTMLElement>('[data-cell]')?.dataset,
});
const said = (): string => page.getByTestId('announcer').element().textContent ?? '';

/** Focus on the first card of the board, by keys alone. */
async function focusFirstCard(): Promise<string> {
  await expect.poll(() => document.querySelectorAll('[role="grid"] [data-visit-id]').length).toBeGreaterThan(5);
  document.querySelector<HTMLElement>('[role="grid"]')?.focus();
  await expect.poll(() => focused().dataset.staffId).toBeDefined();
  for (let step = 0; step < 40 && focusedVisit() === undefined; step++) {
    await userEvent.keyboard(step % 7 === 6 ? '{ArrowDown}{Home}' : '{ArrowRight}');
  }
  const id = focusedVisit();
  if (id === undefined) throw new Error('no card was reached by arrows');
  return id;
}

beforeEach(async () => {
  locked = 0;
  await page.viewport(1440, 900);
});

afterEach(() => {
  root?.unmount();
  root = null;
});

/** What axe holds against the page, as text that names the place. */
async function faults(): Promise<readonly string[]> {
  // WCAG 2.5.3 is about what one can say to operate a control; a cell's name sums up its cards on purpose.
  axe.configure({ rules: [{ id: 'label-content-name-mismatch', selector: 'button, a' }] });
  const { violations } = await axe.run(document.body, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
  });
  return violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

describe('week board for everybody', () => {
  for (const scheme of ['light', 'dark'] as const) {
    it(`BRD-A11Y: board, tray, details, conflicts and proposal in ${scheme}`, async () => {
      localStorage.setItem('mantine-color-scheme-value', scheme);
      open(small);
      await focusFirstCard();
      expect(document.documentElement.dataset.mantineColorScheme).toBe(scheme);
      expect(await faults()).toEqual([]);
      await userEvent.keyboard('{Enter}');
      await expect.element(page.getByRole('region', { name: 'Visit details' })).toBeVisible();
      expect(await faults()).toEqual([]);
      await page.getByRole('button', { name: /^Conflicts:/ }).click();
      expect(await faults()).toEqual([]);
      await page.getByRole('button', { name: 'Auto-assign', exact: true }).click();
      await expect.element(page.getByRole('button', { name: /^Accept all/ })).toBeVisible();
      expect(await faults()).toEqual([]);
      await page.getByRole('button', { name: 'Close auto-assign' }).click();
      const waiting = (): HTMLElement | null => document.querySelector('[data-testid="tray"] [data-visit-id]');
      await expect.poll(waiting).not.toBeNull();
      waiting()?.click();
      await expect.element(page.getByRole('region', { name: 'Why nobody fits' })).toBeVisible();
      expect(await faults()).toEqual([]);
      localStorage.removeItem('mantine-color-scheme-value');
    });
  }
});

describe('week board by keyboard', () => {
  it('BRD-KEYS: Space carries a visit, arrows choose a place that fits, Enter puts it down', async () => {
    open(small);
    const id = await focusFirstCard();
    const from = cellOf(id);
    await userEvent.keyboard(' ');
    await expect
      .poll(() => document.querySelectorAll('[data-fit="good"], [data-fit="warn"]').length)
      .toBeGreaterThan(0);
    // Along the row first, then down: the first other cell that the rules allow.
    let found = false;
    for (let step = 0; step < 60 && !found; step++) {
      await userEvent.keyboard(step % 7 === 6 ? '{ArrowDown}{Home}' : '{ArrowRight}');
      const { fit, staffId, date } = focused().dataset;
      found = (fit === 'good' || fit === 'warn') && (staffId !== from.staffId || date !== from.date);
    }
    expect(found).toBe(true);
    const { staffId, date } = focused().dataset;
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => cellOf(id)).toMatchObject({ staffId, date });
    await expect.poll(focusedVisit).toBe(id);
    expect(said()).toContain('assigned to');
  });

  it('BRD-RULE: putting down on a blocked cell says the rule and keeps the visit in hand; Escape puts it back', async () => {
    open(small);
    const id = await focusFirstCard();
    const from = cellOf(id);
    await userEvent.keyboard(' ');
    await expect.poll(() => document.querySelectorAll('[data-fit="blocked"]').length).toBeGreaterThan(0);
    for (let step = 0; step < 60 && focused().dataset.fit !== 'blocked'; step++) {
      await userEvent.keyboard(step % 7 === 6 ? '{ArrowDown}{Home}' : '{ArrowRight}');
    }
    expect(focused().dataset.fit).toBe('blocked');
    await userEvent.keyboard('{Enter}');
    await expect.poll(said).toMatch(/Not possible: .*(may not deliver|Not working)/);
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => document.querySelectorAll('[data-cell][data-fit]').length).toBe(0);
    expect(cellOf(id)).toMatchObject({ staffId: from.staffId, date: from.date });
  });

  it('BRD-KEYS: U unassigns, Ctrl+Z brings it back', async () => {
    open(small);
    const id = await focusFirstCard();
    const from = cellOf(id);
    await userEvent.keyboard('u');
    await expect.poll(() => document.querySelector(`[data-tray] [data-visit-id="${id}"]`) !== null).toBe(true);
    expect(said()).toContain('unscheduled');
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.poll(() => cellOf(id)).toMatchObject({ staffId: from.staffId, date: from.date });
  });

  it('BRD-KEYS: M opens Move to…, a suggestion moves, focus returns to the visit', async () => {
    open(small);
    const id = await focusFirstCard();
    await userEvent.keyboard('m');
    const first = page.getByRole('list', { name: 'Suggested places' }).getByRole('button').first();
    await expect.element(first).toBeVisible();
    const { staffId, date } = (first.element() as HTMLElement).dataset;
    await expect.poll(focused).toBe(first.element());
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => cellOf(id)).toMatchObject({ staffId, date });
    await expect.poll(focusedVisit).toBe(id);
  });

  it('BRD-KEYS: Enter opens the details, Escape closes them and gives focus back', async () => {
    open(small);
    const id = await focusFirstCard();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('region', { name: 'Visit details' })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('region', { name: 'Unscheduled visits' })).toBeVisible();
    await expect.poll(focusedVisit).toBe(id);
  });

  it('BRD-KEYS: / searches the tray, ? lists the shortcuts, Ctrl+L locks', async () => {
    open(small);
    await focusFirstCard();
    await userEvent.keyboard('/');
    await expect.poll(() => focused().id).toBe('tray-search');
    await userEvent.keyboard('zzzz');
    await expect.element(page.getByText('Clear filters')).toBeVisible();
    (document.querySelector('[role="grid"]') as HTMLElement).focus();
    await userEvent.keyboard('{Control>}l{/Control}');
    expect(locked).toBe(1);
    await userEvent.keyboard('?');
    await expect.element(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  });

  it('a viewer sees the week and can change nothing', async () => {
    open({ ...small, writable: false });
    const id = await focusFirstCard();
    const from = cellOf(id);
    await userEvent.keyboard('u');
    await userEvent.keyboard(' ');
    expect(document.querySelectorAll('[data-cell][data-fit]').length).toBe(0);
    expect(cellOf(id)).toMatchObject({ staffId: from.staffId, date: from.date });
    await expect.element(page.getByText('Read only')).toBeVisible();
    expect(document.querySelector('[role="grid"]')?.getAttribute('aria-readonly')).toBe('true');
  });

  it('auto-assign proposes, shows ghosts, and accepts what is ticked', async () => {
    open(small);
    await focusFirstCard();
    await page.getByRole('button', { name: 'Auto-assign', exact: true }).click();
    await expect.element(page.getByRole('button', { name: /^Accept all/ })).toBeVisible();
    const [first] = document.querySelectorAll<HTMLInputElement>(
      '[data-testid="proposal-panel"] input[type="checkbox"]',
    );
    expect(first).toBeDefined();
    await page.getByRole('button', { name: /^Accept all/ }).click();
    await expect.element(page.getByRole('region', { name: 'Unscheduled visits' })).toBeVisible();
    expect(document.querySelectorAll('[data-ghost-visit-id]').length).toBe(0);
    expect(said()).toMatch(/visits assigned/);
  });

  it('searches longer for a better proposal, and goes back to the one at hand when that is cancelled or fails', async () => {
    const { autoAssign } = createFixtureSource(small);
    const asked: boolean[] = [];
    let stopped = 0;
    let fail = (): void => undefined;
    open(small, {
      autoAssign(scope, run, feed) {
        asked.push(run.longer);
        if (!run.longer) return autoAssign(scope, run, feed);
        fail = () => feed.onProblem([{ code: 'offline', message: 'it broke' }]);
        return () => {
          stopped += 1;
        };
      },
    });
    await focusFirstCard();
    await page.getByRole('button', { name: 'Auto-assign', exact: true }).click();
    await expect.element(page.getByRole('button', { name: /^Accept all/ })).toBeVisible();
    const ghosts = document.querySelectorAll('[data-ghost-visit-id]').length;
    expect(ghosts).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Search three times as long' }).click();
    await expect.element(page.getByText(/of \d+ visits placed/)).toBeVisible();
    expect(document.querySelectorAll('[data-ghost-visit-id]').length).toBe(0);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.element(page.getByRole('button', { name: /^Accept all/ })).toBeVisible();
    expect(document.querySelectorAll('[data-ghost-visit-id]').length).toBe(ghosts);
    expect([asked, stopped]).toEqual([[false, true], 1]);
    await page.getByRole('button', { name: 'Search three times as long' }).click();
    fail();
    await page.getByRole('button', { name: 'Back to the proposal' }).click();
    await expect.element(page.getByRole('button', { name: /^Accept all/ })).toBeVisible();
    expect(document.querySelectorAll('[data-ghost-visit-id]').length).toBe(ghosts);
  });

  it('BRD-PAIR: Space carries both visits of a pair, Shift+Space one alone; M offers the same', async () => {
    const [one, two] = small.visits.filter(({ staffId, start }) => staffId !== null && start !== null);
    if (!one || !two) throw new Error('the fixture has visits with carers');
    const paired = (own: BoardVisit, other: BoardVisit, order: 'first' | 'second'): BoardVisit => ({
      ...own,
      pair: {
        ...{ visitId: other.id, order, pairing: { kind: 'together' }, status: 'whole', name: 'Joan Roy' },
        ...{ staffId: other.staffId, date: other.date, start: other.start },
      },
    });
    const changed = new Map([
      [one.id, paired(one, two, 'first')],
      [two.id, paired(two, one, 'second')],
    ]);
    const board = { ...small, visits: small.visits.map((visit) => changed.get(visit.id) ?? visit) };
    const asked: boolean[] = [];
    const { feasibility } = createFixtureSource(board);
    open(board, {
      async feasibility(scope, visitId, alone) {
        asked.push(alone);
        const cells = await feasibility(scope, visitId, alone);
        if (!cells.ok || alone) return cells;
        return ok(
          cells.value.map((cell) => ({
            ...cell,
            along: cell.start === null ? null : { date: cell.date, start: cell.start },
          })),
        );
      },
    });
    await focusFirstCard();
    const card = (id: string): HTMLElement | null => document.querySelector(`[role="grid"] [data-visit-id="${id}"]`);
    await expect.poll(() => card(one.id)).not.toBeNull();
    card(one.id)?.focus();
    await userEvent.keyboard(' ');
    await expect.poll(() => document.querySelectorAll('[data-lifted]').length).toBe(2);
    expect(said()).toContain('The visit of Joan Roy goes along.');
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => document.querySelectorAll('[data-lifted]').length).toBe(0);
    await userEvent.keyboard('{Shift>} {/Shift}');
    await expect.poll(() => document.querySelectorAll('[data-lifted]').length).toBe(1);
    await userEvent.keyboard('{Escape}');
    expect(asked).toEqual([false, true]);
    await userEvent.keyboard('m');
    await page.getByRole('checkbox', { name: 'Move this visit alone' }).click();
    await expect.element(page.getByText('Joan Roy keeps day and time.')).toBeVisible();
    await expect.poll(() => asked).toEqual([false, true, false, true]);
    expect(await faults()).toEqual([]);
  });

  it('BRD-SYNC: live, with part of it refused, says so and tries again when asked', async () => {
    let tried = 0;
    const refusedShards = [{ shard: 'org' as ShardId, reason: 'the server keeps this part for itself' }];
    open(small, {
      sync(feed) {
        feed.onData({ state: 'live', pending: 2, lastSyncedAt: null, retryAt: null, reason: null, refusedShards });
        return () => {};
      },
      async retryNow() {
        tried += 1;
        return ok(undefined);
      },
    });
    await focusFirstCard();
    const pill = page.getByTestId('sync-pill');
    await expect.element(pill).toBeVisible();
    expect(pill.element().textContent).toContain('Live in part');
    await pill.click();
    await expect.element(page.getByText('The server keeps this part for itself.')).toBeVisible();
    expect(await faults()).toEqual([]);
    await page.getByRole('button', { name: 'Retry now' }).click();
    expect(tried).toBe(1);
  });
});
