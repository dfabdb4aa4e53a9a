/** The spine: two coordinators change one week without a network, come back, and see one truth with every clash shown. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  boardShown,
  cardIds,
  type DemoServer,
  drag,
  openLaptop,
  openVisit,
  pause,
  removeTemporaryFolders,
  retryNow,
  setField,
  shownCards,
  signIn,
  startDemo,
  syncState,
} from './harness.ts';

const unscheduled = async (page: Page): Promise<number> =>
  Number((await page.getByTestId('summary').innerText()).match(/(\d+)\s+unscheduled/)?.[1] ?? Number.NaN);

/** Titles in the conflicts panel, in order. */
async function conflictTitles(page: Page): Promise<string[]> {
  await page.getByRole('button', { name: /^Conflicts:/ }).click();
  const panel = page.getByTestId('conflicts-panel');
  await panel.waitFor();
  const titles = await panel.locator('article h3').allInnerTexts();
  const explanations = await panel.locator('article p').allInnerTexts();
  expect(explanations.every((text) => text.length > 20)).toBe(true);
  await page.getByRole('button', { name: 'Close conflicts' }).click();
  return titles;
}

describe('two coordinators, one week', () => {
  let server: DemoServer;
  let amelie: Page;
  let ben: Page;
  let close: () => Promise<unknown>;

  beforeAll(async () => {
    server = await startDemo();
    const one = await openLaptop();
    const two = await openLaptop();
    amelie = one.page;
    ben = two.page;
    close = () => Promise.all([one.context.close(), two.context.close()]);
    await signIn(amelie, server.url, 'amelie');
    await signIn(ben, server.url, 'ben');
    await syncState(amelie, 'live');
    await syncState(ben, 'live');
  });
  afterAll(async () => {
    await close?.();
    await server?.stop();
    removeTemporaryFolders();
  });

  it('each sees at which visit the other looks, until the other leaves it; the sync details say with whom', async () => {
    const [visit = ''] = await cardIds(ben);
    await openVisit(ben, visit);
    await amelie.locator(`[data-visit-id="${visit}"][data-watched]`).waitFor();
    const face = amelie.getByRole('list', { name: 'Colleagues in this week' }).getByRole('button');
    await expect.poll(() => face.getAttribute('data-looking')).toBe(visit);
    await openVisit(amelie, visit);
    await amelie.getByTestId('also-here').waitFor();
    await ben.getByRole('button', { name: 'Close visit details' }).click();
    await expect.poll(() => amelie.locator('[data-watched]').count()).toBe(0);
    await amelie.getByRole('button', { name: 'Close visit details' }).click();

    await amelie.getByTestId('sync-pill').click();
    await amelie.getByRole('button', { name: 'Details', exact: true }).click();
    const rows = amelie.getByTestId('sync-inspector').locator('tbody tr');
    await expect.poll(() => rows.filter({ hasText: 'with Ben' }).count()).toBe(1);
    await expect.poll(() => rows.filter({ hasText: 'in step' }).count()).toBeGreaterThan(5);
    await amelie.getByRole('button', { name: 'Close sync details' }).click();
  });

  it('an edit made online reaches the colleague', async () => {
    const [visit = ''] = await cardIds(amelie);
    await openVisit(amelie, visit);
    await setField(amelie, 'Minutes', '35');
    await ben.locator(`[data-cell] [data-visit-id="${visit}"]`, { hasText: '35' }).waitFor();
  });

  it('offline edits of both merge: nothing lost, both see the same board and the same clashes', async () => {
    await server.stop();
    await syncState(amelie, 'offline');
    await syncState(ben, 'offline');
    const [, different = '', same = ''] = await cardIds(amelie);

    // Different fields of one visit.
    await openVisit(amelie, different);
    await setField(amelie, 'Note', 'Key is with the neighbour');
    await openVisit(ben, different);
    await setField(ben, 'Minutes', '55');

    // The same field.
    await openVisit(amelie, same);
    await setField(amelie, 'Start', '10:05');
    await openVisit(ben, same);
    await setField(ben, 'Start', '10:25');

    // The same nurse at the same hour, from the tray.
    await amelie.getByRole('button', { name: 'Close visit details' }).click();
    await ben.getByRole('button', { name: 'Close visit details' }).click();
    const tray = await amelie.locator('[data-testid="tray"] [data-visit-id]').evaluateAll((cards) =>
      cards.map((card) => ({
        id: card.getAttribute('data-visit-id') ?? '',
        kind: card.getAttribute('data-colour'),
        text: card.textContent ?? '',
      })),
    );
    const personal = tray.filter(({ kind }) => kind === 'teal');
    const [first, ...others] = personal;
    const nameOf = (text: string) => text.split('Personal support')[1] ?? text;
    const second = others.find(({ text }) => nameOf(text).slice(0, 6) !== nameOf(first?.text ?? '').slice(0, 6));
    expect(first && second).toBeTruthy();
    const before = await unscheduled(amelie);
    await amelie.locator(`[data-testid="tray"] [data-visit-id="${first?.id}"]`).click();
    await amelie.getByRole('button', { name: 'Move to…' }).click();
    const candidate = amelie.getByRole('dialog').locator('button[data-staff-id]').first();
    const place = {
      staffId: (await candidate.getAttribute('data-staff-id')) ?? '',
      name: await candidate.locator('strong').innerText(),
      date: (await candidate.getAttribute('data-date')) ?? '',
      start: (await candidate.innerText()).match(/\d\d:\d\d/)?.[0] ?? '',
    };
    await candidate.click();
    await expect.poll(() => unscheduled(amelie)).toBe(before - 1);

    await ben.locator(`[data-testid="tray"] [data-visit-id="${second?.id}"]`).click();
    await ben.getByRole('button', { name: 'Move to…' }).click();
    const dialog = ben.getByRole('dialog');
    await dialog
      .getByRole('textbox', { name: 'Carer' })
      .or(dialog.getByRole('combobox', { name: 'Carer' }))
      .fill(place.name);
    await ben.getByRole('option', { name: place.name }).first().click();
    await dialog
      .getByRole('textbox', { name: 'Day' })
      .or(dialog.getByRole('combobox', { name: 'Day' }))
      .click();
    const dayOfMonth = String(Number(place.date.slice(8, 10)));
    await ben.getByRole('option', { name: new RegExp(`\\b${dayOfMonth} `) }).click();
    await dialog
      .getByRole('textbox', { name: 'Start' })
      .or(dialog.getByRole('combobox', { name: 'Start' }))
      .fill(place.start);
    await dialog.getByRole('button', { name: 'Move here' }).click();
    await expect.poll(() => unscheduled(ben)).toBe(before - 1);

    // The one who is offline can plan, auto-assign and undo: all but the colleague’s visit, whose carer the undo would clash with.
    const left = await unscheduled(amelie);
    await amelie.getByRole('button', { name: 'Auto-assign' }).first().click();
    const offered = amelie.getByTestId('proposal-panel').getByRole('checkbox', { name: / at \d\d:\d\d$/ });
    await offered.first().waitFor({ timeout: 30_000 });
    const theirs = amelie.getByRole('checkbox', { name: new RegExp(`^${nameOf(second?.text ?? '').slice(0, 6)}`) });
    for (let seen = '', last = '?'; last !== seen; ) {
      for (const box of await theirs.all()) await box.uncheck();
      seen = last;
      await offered.last().scrollIntoViewIfNeeded();
      await pause(200);
      last = (await offered.last().getAttribute('aria-label')) ?? '';
    }
    await amelie.getByRole('button', { name: /^Accept/ }).click();
    await expect.poll(() => unscheduled(amelie)).toBeLessThan(left);
    await amelie.locator('body').press('Control+z');
    await expect.poll(() => unscheduled(amelie)).toBe(left);

    await server.start();
    await Promise.all([retryNow(amelie), retryNow(ben)]);
    await syncState(amelie, 'live');
    await syncState(ben, 'live');

    await expect.poll(() => unscheduled(ben), { timeout: 15_000 }).toBe(before - 2);
    await expect.poll(() => unscheduled(amelie), { timeout: 15_000 }).toBe(before - 2);
    await expect.poll(async () => (await conflictTitles(amelie)).length, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
    const titles = await conflictTitles(amelie);
    await expect.poll(() => conflictTitles(ben), { timeout: 15_000 }).toEqual(titles);
    expect(titles.some((title) => title.includes(place.name))).toBe(true);
    const board = await shownCards(amelie);
    expect(Object.keys(board).length).toBeGreaterThan(200);
    await expect.poll(() => shownCards(ben), { timeout: 15_000 }).toEqual(board);

    // Disjoint edits of one visit both stand, on both sides.
    for (const page of [amelie, ben]) {
      await openVisit(page, different);
      const panel = page.getByTestId('visit-panel');
      expect(await panel.getByLabel('Note').inputValue()).toBe('Key is with the neighbour');
      expect(await panel.getByLabel('Minutes').inputValue()).toBe('55');
      await page.getByRole('button', { name: 'Close visit details' }).click();
    }
  });

  it('a conflict settled by one is settled for both', async () => {
    await amelie.getByRole('button', { name: /^Conflicts:/ }).click();
    const panel = amelie.getByTestId('conflicts-panel');
    const open = await panel.locator('article').count();
    const card = panel.locator('article').first();
    const title = await card.locator('h3').innerText();
    await card.getByRole('textbox').fill('Agreed by phone');
    await card.locator('button').last().click();
    await expect.poll(() => panel.locator('article').filter({ hasText: title }).count()).toBe(0);
    await syncState(amelie, 'live');
    await expect
      .poll(() => ben.getByRole('button', { name: /^Conflicts:/ }).getAttribute('aria-label'), { timeout: 15_000 })
      .toBe(`Conflicts: ${open - 1} open`);
    await amelie.getByRole('button', { name: 'Close conflicts' }).click();
  });

  it('the keyboard moves a visit, and the screen reader hears it', async () => {
    const before = await shownCards(amelie);
    const card = amelie.locator('[data-cell] [data-visit-id]').first();
    await card.focus();
    await amelie.keyboard.press('m');
    await amelie.getByRole('dialog').locator('button[data-staff-id]').first().press('Enter');
    await amelie
      .getByTestId('announcer')
      .filter({ hasText: /assigned to/ })
      .waitFor({ state: 'attached' });
    await amelie.keyboard.press('Control+z');
    await amelie
      .getByTestId('announcer')
      .filter({ hasText: /Undone/ })
      .waitFor({ state: 'attached' });
    await expect.poll(() => shownCards(amelie)).toEqual(before);
  });

  it('a card is dragged to the tray and back onto a lane', async () => {
    await syncState(amelie, 'live');
    const before = await unscheduled(amelie);
    const card = amelie.locator('[data-cell] [data-visit-id]').nth(4);
    const id = await card.getAttribute('data-visit-id');
    const cell = await card.evaluate((element) => {
      const owner = element.closest('[data-cell]');
      return `[data-staff-id="${owner?.getAttribute('data-staff-id')}"][data-date="${owner?.getAttribute('data-date')}"]`;
    });
    if (!(await amelie.getByTestId('tray').isVisible()))
      await amelie.getByRole('button', { name: 'Show side panel' }).click();
    await drag(amelie, card, amelie.getByTestId('tray'));
    await expect.poll(() => unscheduled(amelie)).toBe(before + 1);
    await amelie.getByLabel('Search unscheduled visits').fill('');
    const trayCard = amelie.locator(`[data-testid="tray"] [data-visit-id="${id}"]`);
    await trayCard.scrollIntoViewIfNeeded();
    await drag(amelie, trayCard, amelie.locator(`[data-cell]${cell}`));
    await expect.poll(() => unscheduled(amelie)).toBe(before);
  });

  it('SCH-PUB-NEWS: one publishes the week; the other sees that, and then only what changed since', async () => {
    const askPublish = async (page: Page) => {
      await page.getByRole('button', { name: 'More for this week' }).click();
      await page.getByRole('menuitem', { name: 'Publish the week…' }).click();
      return page.getByRole('dialog', { name: 'Publish the week' });
    };
    const publish = (await askPublish(amelie)).getByRole('button', { name: /^Publish \d+ changes to \d+ carers$/ });
    await publish.click();
    await amelie.getByTestId('announcer').filter({ hasText: 'published to' }).waitFor({ state: 'attached' });
    await syncState(amelie, 'live');

    const [visit = ''] = await cardIds(ben);
    const told = await askPublish(ben);
    await told.getByText('Every carer has been told').waitFor({ timeout: 15_000 });
    expect(await told.innerText()).toContain('by Amélie');
    await ben.keyboard.press('Escape');
    await openVisit(ben, visit);
    await setField(ben, 'Minutes', '95');
    const changed = await askPublish(ben);
    await changed.getByRole('button', { name: 'Publish 1 change to 1 carer' }).waitFor();
    expect(await changed.getByRole('list', { name: 'What is news to carers' }).innerText()).toContain('Changed');
    await ben.keyboard.press('Escape');
  });
});

describe('a session', () => {
  let server: DemoServer;
  beforeAll(async () => {
    server = await startDemo();
  });
  afterAll(async () => {
    await server?.stop();
    removeTemporaryFolders();
  });

  it('AUTH: a wrong password says so and opens nothing, online and at the lock', async () => {
    const { page, context } = await openLaptop();
    await page.goto(server.url);
    await page.getByLabel('User name').fill('amelie');
    await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.locator('[data-visit-id]').count()).toBe(0);
    await signIn(page, server.url, 'amelie');
    await page.keyboard.press('Control+l');
    await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
    await page.getByRole('button', { name: 'Unlock' }).click();
    expect(await page.getByRole('alert').innerText()).toMatch(/password/i);
    await page.getByRole('textbox', { name: 'Password' }).fill('amelie-demo-password');
    await page.getByRole('button', { name: 'Unlock' }).click();
    await boardShown(page);
    await context.close();
  });

  it('JRN-LOCK: a second window on the same data says that the first has it', async () => {
    const { page, context } = await openLaptop();
    await signIn(page, server.url, 'ben');
    const second = await context.newPage();
    await second.goto(server.url);
    await second.getByRole('heading', { name: 'Fieldfare is already open' }).waitFor();
    await page.close();
    await second.getByRole('button', { name: 'Try again' }).click();
    await second.getByRole('textbox', { name: 'Password' }).fill('ben-demo-password');
    await second.getByRole('button', { name: 'Unlock' }).click();
    await boardShown(second);
    await context.close();
  });

  it('PERM: a viewer sees the week and cannot change it', async () => {
    const { page, context } = await openLaptop();
    await signIn(page, server.url, 'vera');
    expect(await page.getByRole('button', { name: 'Auto-assign' }).count()).toBe(0);
    await page.locator('[data-cell] [data-visit-id]').first().click();
    const panel = page.getByTestId('visit-panel');
    await panel.waitFor();
    expect(await panel.getByRole('button', { name: 'Move to…' }).count()).toBe(0);
    expect(await panel.getByLabel('Minutes').getAttribute('readonly')).not.toBeNull();
    await page.getByRole('button', { name: 'Outcomes' }).click();
    const outcomes = page.getByTestId('outcomes');
    await outcomes.waitFor();
    expect(await outcomes.getByRole('row').filter({ hasText: 'Care not covered' }).innerText()).toMatch(/\d+\.\d %/);
    await outcomes.getByRole('button', { name: 'This week' }).click();
    await boardShown(page);
    await context.close();
  });

  it('imports patients from a file: bad lines are named, nothing is stored half', async () => {
    const { page, context } = await openLaptop();
    await signIn(page, server.url, 'amelie');
    await page.getByRole('button', { name: 'Import from CSV' }).click();
    const dialog = page.getByRole('dialog');
    const good = 'Reference,Given name,Family name,Latitude,Longitude\nE2E-1,Ada,Example,45.3,-75.9\n';
    const choose = async (text: string): Promise<void> => {
      const [chooser] = await Promise.all([
        page.waitForEvent('filechooser'),
        dialog
          .getByRole('button', { name: /Choose a/ })
          .or(dialog.getByRole('button', { name: /Choose another/ }))
          .click(),
      ]);
      await chooser.setFiles({ name: 'patients.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
      await dialog.getByText('patients.csv').waitFor();
    };
    await choose(`${good}E2E-2,Ben,Example,north,-75.9\n`);
    await dialog.getByRole('button', { name: 'Try it' }).click();
    await dialog.getByRole('cell', { name: '3', exact: true }).waitFor();
    expect(await dialog.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
    await choose(good);
    await dialog.getByRole('button', { name: 'Try it' }).click();
    await dialog.getByText('1 new').waitFor();
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await context.close();
  });
});
