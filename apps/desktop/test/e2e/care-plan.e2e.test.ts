/**
 * From an assessment to next week's tray in a real browser, without a network, then on a colleague's screen.
 *
 *  CPJ-CHOOSE  an imported assessment gives scenarios; one of them becomes a draft
 *  CPJ-ADJUST  a changed line shows its cost and its floor at once; what needs a reason is not signed without one
 *  CPJ-SIGN    signing shows what it will do, and its visits stand in next week's tray
 *  CPJ-SYNC    a colleague has the plan, the visits, the assessment and the stays in hospital once both are online
 *  CPJ-ADMIT   a patient is admitted on the screen, a number that is taken is said at its field, and a detail is changed
 *  CPJ-A11Y    axe finds nothing against WCAG 2.1 AA on these screens, in light and dark
 */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contact, faults, giveFile } from './clinical.ts';
import {
  type DemoServer,
  openLaptop,
  removeTemporaryFolders,
  retryNow,
  signIn,
  startDemo,
  syncState,
} from './harness.ts';

interface Laptop {
  readonly context: BrowserContext;
  readonly page: Page;
}

async function openPatient(page: Page, reference: string): Promise<void> {
  await page.getByRole('button', { name: 'Patients', exact: true }).click();
  await page.getByLabel('Find a patient').fill(reference);
  await page.locator('[data-patient-id]').filter({ hasText: reference }).click();
  await page.getByRole('tab', { name: 'Care plan' }).click();
}

/** What stands in next week's tray for one person, by the words on the cards. */
async function trayOfNextWeek(page: Page, name: string): Promise<string[]> {
  await page.getByRole('button', { name: 'Week board', exact: true }).click();
  await page.getByRole('button', { name: 'Next week', exact: true }).click();
  const shown = page.getByRole('button', { name: 'Show side panel' });
  await page.getByTestId('tray').or(shown).first().waitFor();
  if (!(await page.getByTestId('tray').isVisible())) await shown.click();
  await page.getByLabel('Search unscheduled visits').fill(name);
  const cards = page.locator('[data-testid="tray"] [data-visit-id]');
  await cards.first().waitFor();
  return await cards.evaluateAll((all) => all.map((card) => card.getAttribute('aria-label') ?? ''));
}

describe('from an assessment to the week', () => {
  let server: DemoServer;
  let amelie: Laptop;
  let ben: Laptop;
  let reference = '';
  let name = '';

  beforeAll(async () => {
    server = await startDemo();
    amelie = await openLaptop();
    ben = await openLaptop(undefined, { width: 1024, height: 768 }, 'dark');
    await signIn(amelie.page, server.url, 'amelie');
    await signIn(ben.page, server.url, 'ben');
    for (const { page } of [amelie, ben]) {
      page.setDefaultTimeout(60_000);
      await syncState(page, 'live');
    }
    await server.stop();
    await syncState(amelie.page, 'offline');
  });
  afterAll(async () => {
    await amelie?.context.close();
    await ben?.context.close();
    await server?.stop();
    removeTemporaryFolders();
  });

  it('CPJ-CHOOSE: offline, an imported assessment gives scenarios, as cards and as a table', async () => {
    const { page } = amelie;
    await page.getByRole('button', { name: 'Patients', exact: true }).click();
    await page.locator('label', { hasText: 'Not assessed' }).click();
    reference = (await page.locator('[data-patient-id]').first().innerText()).match(/P-\d+/)?.[0] ?? '';
    await page.getByRole('button', { name: 'Import assessments' }).click();
    await giveFile(page, 'contact.json', contact(reference, 1));
    await page.getByRole('dialog').getByText('1 to record').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Record' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('label', { hasText: /^Assessed$/ }).click();
    await openPatient(page, reference);
    name = (await page.getByRole('heading', { level: 1 }).innerText()).split(' ').at(-1) ?? '';

    const scenarios = page.getByTestId('scenarios');
    await scenarios.getByText('Health instability is not known.').waitFor();
    expect(await faults(page)).toEqual([]);
    await scenarios.getByText('Table', { exact: true }).click();
    await scenarios.getByRole('rowheader', { name: 'Personal support' }).waitFor();
    expect(await faults(page)).toEqual([]);
    await scenarios.getByRole('button', { name: 'Choose Stability and safety' }).click();
    await page.getByTestId('draft').waitFor();
  });

  it('CPJ-ADJUST: cost and floor follow the fields, and a reason is asked for', async () => {
    const { page } = amelie;
    const visits = page.getByLabel('Personal support: visits a week');
    const cost = page.getByTestId('weekly-cost');
    const before = await cost.innerText();
    await visits.fill('3');
    await page.getByText(/below the floor/).waitFor();
    await expect.poll(() => cost.innerText()).not.toBe(before);
    expect(await page.getByRole('button', { name: 'Review and sign' }).isDisabled()).toBe(true);
    await visits.fill('9');
    await page.getByText(/below the floor/).waitFor({ state: 'detached' });
    await page.getByLabel('Reason for this bundle').fill('The nurse visits on Monday');
    await page.getByTestId('save-state').filter({ hasText: 'Saved' }).waitFor();
    await page.getByRole('button', { name: 'Who could deliver it?' }).click();
    await page
      .getByTestId('delivery')
      .getByText(/9 of 9 placed/)
      .waitFor();
    expect(await faults(page)).toEqual([]);
  });

  it('CPJ-SIGN: what signing does is shown, then stands in next week’s tray', async () => {
    const { page } = amelie;
    await page.getByRole('button', { name: 'Review and sign' }).click();
    await page
      .getByTestId('effect-weeks')
      .getByText(/new visits in the tray/)
      .waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Sign', exact: true }).click();
    const sheet = page.getByTestId('plan-sheet');
    await sheet.getByText('Upcoming').waitFor();
    await sheet.getByText('The nurse visits on Monday').waitFor();
    expect(await faults(page)).toEqual([]);
    const cards = await trayOfNextWeek(page, name);
    expect(cards.length).toBeGreaterThanOrEqual(3);
    expect(cards.every((card) => card.includes(name))).toBe(true);
  });

  it('CPJ-SYNC: the colleague has the visits, the plan and the record', async () => {
    await openPatient(amelie.page, reference);
    await amelie.page.getByRole('tab', { name: 'Hospital' }).click();
    await amelie.page.getByRole('button', { name: 'Record stay' }).click();
    await amelie.page.getByRole('table', { name: 'Stays in hospital' }).getByText('in hospital').waitFor();
    const { page } = ben;
    await server.start();
    await retryNow(amelie.page);
    await syncState(amelie.page, 'live');
    await retryNow(page);
    await syncState(page, 'live');
    expect((await trayOfNextWeek(page, name)).length).toBeGreaterThanOrEqual(3);
    await openPatient(page, reference);
    await page.getByTestId('plan-sheet').getByText('The nurse visits on Monday').waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Assessments' }).click();
    await page.getByTestId('assessments').getByText('Contact Assessment').waitFor();
    await page.getByTestId('assessment-detail').locator('[data-result="prov.psa"]', { hasText: '5' }).waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Hospital' }).click();
    await page.getByRole('table', { name: 'Stays in hospital' }).getByText('in hospital').waitFor();
    expect(await faults(page)).toEqual([]);
  });

  it('CPJ-ADMIT: somebody new has a page of their own', async () => {
    const { page } = amelie;
    await page.getByRole('button', { name: 'Patients', exact: true }).click();
    await page.getByRole('button', { name: 'Admit patient' }).click();
    const form = page.getByTestId('patient-form');
    for (const [label, text] of [
      ['Given name', 'Synthia'],
      ['Family name', 'Testperson'],
      ['Patient number', reference],
      ['Municipality', 'Embrun'],
    ] as const) {
      await form.getByLabel(label).fill(text);
    }
    await form.getByRole('button', { name: 'Admit' }).click();
    await form.getByText('Somebody else here has this number.').waitFor();
    await form.getByLabel('Patient number').fill('P-NEW-1');
    await form.getByRole('button', { name: 'Admit' }).click();
    await page.getByRole('heading', { level: 1, name: 'Synthia Testperson' }).waitFor();
    await page.getByRole('button', { name: 'Details' }).click();
    await form.getByLabel('Municipality').fill('Limoges');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('P-NEW-1 · Limoges').waitFor();
  });

  it('CPJ-A11Y: entry, profile, scenarios, matrix, rules, needs, staff and outcomes in dark', async () => {
    const { page } = ben;
    await page.getByRole('tab', { name: 'Needs profile' }).click();
    await page.getByTestId('needs-profile').waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Assessments' }).click();
    await page.getByRole('button', { name: 'New assessment' }).click();
    await page.getByRole('menuitem', { name: 'interRAI Home Care 9.1' }).click();
    await page.locator('[data-item="C1"] input').waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Care plan' }).click();
    await page.getByRole('navigation', { name: 'Care plan versions' }).getByRole('button').first().click();
    await page
      .getByTestId('scenarios')
      .getByRole('button', { name: /^Choose/ })
      .first()
      .waitFor();
    expect(await faults(page)).toEqual([]);
    await page
      .getByTestId('scenarios')
      .getByRole('button', { name: /^Matrix/ })
      .click();
    await page.getByRole('dialog').getByRole('columnheader', { name: 'Default' }).waitFor();
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Patients', exact: true }).click();
    await page.getByRole('button', { name: 'Clinical rules' }).click();
    await page.getByTestId('clinical-rules').waitFor();
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Admit patient' }).click();
    await page.getByTestId('patient-form').waitFor();
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.locator('[data-patient-id]').first().click();
    await page.getByRole('tab', { name: 'Weekly visits' }).click();
    await page.getByRole('button', { name: 'Add need' }).click();
    await page.getByRole('dialog').getByLabel('Preferred carer').waitFor();
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Staff', exact: true }).click();
    await page.locator('[data-staff-id]').first().waitFor();
    expect(await faults(page)).toEqual([]);
    await page.locator('[data-staff-id]').first().click();
    await page.getByLabel('Staff number').waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Outcomes', exact: true }).click();
    await page.getByTestId('outcomes').waitFor();
    await page.getByRole('button', { name: 'Work it out' }).click();
    await page.getByRole('table', { name: 'Bundles chosen and what followed' }).waitFor();
    expect(await faults(page)).toEqual([]);
  });
});
