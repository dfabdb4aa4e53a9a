/** What a crash may not take and a thief may not read. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  cardIds,
  type DemoServer,
  filesHolding,
  openKillable,
  openLaptop,
  openVisit,
  pause,
  removeTemporaryFolders,
  retryNow,
  setField,
  signIn,
  startDemo,
  syncState,
  temporaryFolder,
  unlock,
} from './harness.ts';
import { killPage } from './kill-page.ts';

let server: DemoServer;
beforeAll(async () => {
  server = await startDemo();
});
afterAll(async () => {
  await server?.stop();
  removeTemporaryFolders();
});

it('JRN-ACK: a killed browser has every acknowledged edit after reopening (small dose of the soak)', async () => {
  const outcome = await killPage({ server, rounds: 3, seed: 7 });
  expect(outcome.lost).toEqual([]);
  expect(outcome.acknowledged).toBeGreaterThan(3);
});

it('JRN-CIPHER: no disk holds a name, a note or an address in clear', async () => {
  const laptop = await openLaptop();
  const { page } = laptop;
  await signIn(page, server.url, 'amelie');
  const [visit = ''] = await cardIds(page);
  await openVisit(page, visit);
  const patient = await page.getByTestId('visit-panel').getByRole('heading').first().innerText();
  const [, family = patient] = patient.split(' ');
  await setField(page, 'Note', 'CANARY-7f3a91 gate code');
  await syncState(page, 'live');
  // A browser writes its session files, with what fields hold, up to three seconds late.
  await pause(4_000);
  await laptop.context.close();
  // The name is rare enough in a browser's own files to be a canary only together with the given name.
  const canaries = ['CANARY-7f3a91', patient];
  expect(family.length).toBeGreaterThan(2);
  expect(filesHolding(laptop.profile, canaries)).toEqual([]);
  expect(filesHolding(server.dataDir, canaries)).toEqual([]);
});

it('SYN-OFFLINE: a laptop opens and edits with no server, and sends it later', async () => {
  const profile = temporaryFolder('laptop');
  const first = await openLaptop(profile);
  await signIn(first.page, server.url, 'ben');
  await syncState(first.page, 'live');
  await first.page.keyboard.press('Control+l');
  await first.page.getByRole('button', { name: 'Unlock' }).waitFor();
  await server.stop();
  await first.page.getByRole('textbox', { name: 'Password' }).fill('ben-demo-password');
  await first.page.getByRole('button', { name: 'Unlock' }).click();
  const [visit = ''] = await first.page
    .locator('[data-cell] [data-visit-id]')
    .first()
    .waitFor({ timeout: 60_000 })
    .then(() => cardIds(first.page));
  await openVisit(first.page, visit);
  await setField(first.page, 'Note', 'written offline');
  await syncState(first.page, 'offline');
  await first.page.locator('[data-testid="sync-pill"][data-pending="1"]').waitFor();
  await server.start();
  await retryNow(first.page);
  await syncState(first.page, 'live');
  await first.context.close();

  const killable = await openKillable(profile);
  await unlock(killable.page, server.url, 'ben');
  await openVisit(killable.page, visit);
  expect(await killable.page.getByTestId('visit-panel').getByLabel('Note').inputValue()).toBe('written offline');
  await killable.kill();
});
