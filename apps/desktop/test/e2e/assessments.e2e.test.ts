/**
 * Assessments in a real browser: imported and entered without a network, kept over a closed browser.
 *
 *  AST-IMPORT   a bad file names every fault and stores nothing; a good one is recorded
 *  AST-ENTRY    a digit answers and goes on; what was typed is there again after the browser was closed
 *  AST-PROFILE  the profile follows what is recorded, and leads to the items
 *  AST-A11Y     axe finds nothing against WCAG 2.1 AA on these screens
 */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contact, faults, giveFile } from './clinical.ts';
import {
  type DemoServer,
  openLaptop,
  removeTemporaryFolders,
  signIn,
  startDemo,
  syncState,
  unlock,
} from './harness.ts';

const value = (page: Page, need: string) => page.locator(`[data-need="${need}"] button`);

describe('assessments', () => {
  let server: DemoServer;
  let amelie: { context: BrowserContext; page: Page; profile: string };
  let patient = { id: '', reference: '' };

  beforeAll(async () => {
    server = await startDemo();
    amelie = await openLaptop();
    await signIn(amelie.page, server.url, 'amelie');
    await syncState(amelie.page, 'live');
    await server.stop();
    await syncState(amelie.page, 'offline');
  });
  afterAll(async () => {
    await amelie?.context.close();
    await server?.stop();
    removeTemporaryFolders();
  });

  it('AST-IMPORT, AST-PROFILE: offline, a bad file stores nothing and a good one becomes a profile', async () => {
    const { page } = amelie;
    await page.getByRole('button', { name: 'Patients', exact: true }).click();
    await page.locator('label', { hasText: 'Not assessed' }).click();
    const row = page.locator('[data-patient-id]').first();
    patient = {
      id: (await row.getAttribute('data-patient-id')) ?? '',
      reference: (await row.innerText()).match(/P-\d+/)?.[0] ?? '',
    };
    expect(await faults(page)).toEqual([]);

    await page.getByRole('button', { name: 'Import assessments' }).click();
    await giveFile(page, 'bad.json', contact(patient.reference, 7));
    const dialog = page.getByRole('dialog');
    await dialog.getByText('C1 (Daily decisions) takes 0–2').waitFor();
    expect(await dialog.getByRole('button', { name: 'Record' }).isDisabled()).toBe(true);
    await giveFile(page, 'other.json', contact('P-99999', 1));
    await dialog.getByText('no patient here has this number').waitFor();
    await giveFile(page, 'good.json', contact(patient.reference, 1));
    await dialog.getByText('1 to record').waitFor();
    expect(await faults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Record' }).click();
    await dialog.waitFor({ state: 'detached' });

    await page.locator('label', { hasText: /^Assessed$/ }).click();
    await page.locator(`[data-patient-id="${patient.id}"]`).click();
    await page.getByTestId('needs-profile').waitFor();
    await expect.poll(() => value(page, 'personalSupport').innerText()).toMatch(/5$/);
    expect(await value(page, 'cognition').innerText()).toContain('not known');
    await value(page, 'personalSupport').click();
    const why = page.getByTestId('why');
    await why.getByText('Provisional').waitFor();
    expect(await why.innerText()).toMatch(/C2a\s+Bathing\s+1 some help/);
    await page.keyboard.press('Escape');
    expect(await faults(page)).toEqual([]);
  });

  it('AST-ENTRY: a digit answers and goes on, and a closed browser loses nothing', async () => {
    const { page } = amelie;
    await page.getByRole('tab', { name: 'Assessments' }).click();
    await page.getByRole('button', { name: 'New assessment' }).click();
    await page.getByRole('menuitem', { name: 'interRAI Home Care 9.1' }).click();
    await page.locator('[data-item="G2b"] input').focus();
    await page.keyboard.type('3');
    await page.locator('[data-item="G2f"] input').focus();
    await page.keyboard.type('7');
    await page.locator('[data-item="G2f"]', { hasText: 'Takes 0–6, 8' }).waitFor();
    await page.getByRole('button', { name: 'Record' }).click();
    await page.getByText('G2f: not an answer this form takes; nothing was recorded').waitFor();
    expect(await page.locator('[data-item="G2f"] input').evaluate((field) => field === document.activeElement)).toBe(
      true,
    );
    // Six items in a row by their digits alone: getting about to eating.
    await page.keyboard.type('00004');
    expect(await page.locator('[data-item="G2j"] input').inputValue()).toBe('4');
    expect(await page.locator('[data-item="G2c"] input').inputValue()).toBe('');
    await page.locator('[data-testid="saving"][data-state="saved"]').waitFor();
    await page.getByText('ADL hierarchy (0–6)').waitFor();
    expect(await page.getByRole('complementary', { name: 'Scores so far' }).innerText()).toMatch(
      /ADL hierarchy \(0–6\)\s+4/,
    );
    expect(await faults(page)).toEqual([]);

    await amelie.context.close();
    amelie = await openLaptop(amelie.profile);
    await server.start();
    await unlock(amelie.page, server.url, 'amelie');
    await server.stop();
    const again = amelie.page;
    await again.getByRole('button', { name: 'Patients', exact: true }).click();
    await again.getByLabel('Find a patient').fill(patient.reference);
    await again.locator(`[data-patient-id="${patient.id}"]`).click();
    await again.getByRole('tab', { name: 'Assessments' }).click();
    await again.getByTestId('drafts').getByRole('button').click();
    expect(await again.locator('[data-item="G2j"] input').inputValue()).toBe('4');
    await again.getByRole('button', { name: 'Record' }).click();
    await again.getByTestId('assessment-detail').locator('[data-result="ADLH"]', { hasText: '4' }).waitFor();
    expect(await again.getByTestId('drafts').count()).toBe(0);
    await again.getByRole('tab', { name: 'Needs profile' }).click();
    await expect.poll(() => value(again, 'adlHierarchy').innerText()).toMatch(/4$/);
  });
});
