/**
 * `pnpm screenshots`: takes the pictures in docs/screenshots from the running product with the demo agency; with `--only NAMES`, a
 * pattern, those alone.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildDemoAgency } from '@fieldfare/demo';
import {
  openLaptop,
  passwordOf,
  pause,
  removeTemporaryFolders,
  signIn,
  startDemo,
  syncState,
} from '@fieldfare/desktop/test/harness';
import { appRouter, assignmentIdOf, type Context, callerFactory } from '@fieldfare/domain';
import {
  dateAt,
  daysOfWeek,
  patientsShard,
  rosterShard,
  type ShardId,
  scheduleShard,
  systemClock,
  unwrap,
} from '@fieldfare/kernel';
import type { Page } from 'playwright-core';
import { ensureChromium } from './lib/chromium.ts';
import { openNodeDevice } from './lib/node-device.ts';
import { root } from './lib/run.ts';
import { buildWeb } from './lib/web.ts';

const { values } = parseArgs({ options: { only: { type: 'string', default: '.' } } });
const wanted = new RegExp(`^(${values.only})`);
const folder = join(root, 'docs', 'screenshots');
mkdirSync(folder, { recursive: true });
process.env.CHROMIUM_PATH = await ensureChromium();
await buildWeb();
const server = await startDemo();
const demo = buildDemoAgency({ size: 'small', today: dateAt(systemClock.now(), 'America/Toronto') });
/** The region that opens first. */
const regionId = [...demo.rows.regions].sort((a, b) => (a.name < b.name ? -1 : 1))[0]?.id ?? '';

/** Until a device has a row: what it has asked for may still be on its way. */
async function arrival(context: Context, shard: ShardId, table: string, id: string | undefined): Promise<void> {
  unwrap(await context.loaded([shard]));
  while (context.row(shard, table, id ?? '') === null) await pause(50);
}

/** In the week after this one two carers come to one patient together. Which visit is the first's. */
async function pairUp(): Promise<string> {
  const device = await openNodeDevice();
  const signIn = { serverUrl: server.url, login: 'amelie', password: passwordOf('amelie'), deviceName: 'screenshots' };
  unwrap(await device.signIn(signIn));
  const context = device.context();
  if (!context?.sync) throw new Error('amelie is not signed in');
  const { scheduling } = callerFactory(appRouter)(context);
  const [patient] = demo.rows.patients.filter(({ regionId: of }) => of === regionId);
  const week = demo.weeks.at(-1) ?? demo.week;
  const visit = demo.rows.visits.find((one) => one.regionId === regionId && one.week === week);
  const carer = demo.rows.staff.find((one) => one.regionId === regionId);
  await arrival(context, patientsShard(regionId), 'patients', patient?.id);
  await arrival(context, rosterShard(regionId), 'staff', carer?.id);
  await arrival(context, scheduleShard(regionId, week), 'visits', visit?.id);
  const [from = ''] = daysOfWeek(week);
  const need = {
    regionId,
    patientId: patient?.id ?? '',
    requirementId: null,
    from,
    set: {
      serviceCode: 'psw',
      visitsPerWeek: 1,
      minutes: 45,
      windows: [{ weekdays: [3], from: '09:00', to: '13:00' }],
      providerPreference: 'any' as const,
      priority: 'routine' as const,
      preferredStaffId: null,
      endsOn: null,
      pairing: { kind: 'together' as const },
    },
  };
  const { id, token } = await scheduling.requirementEffect(need);
  await scheduling.saveRequirement({ ...need, id, token });
  const at = { regionId, week };
  const halves = (await scheduling.week(at)).visits.filter(({ pair }) => pair !== null);
  for (const { id: visitId } of halves) {
    const [place] = await scheduling.suggest({ ...at, visitId });
    if (place)
      await scheduling.assign({ ...at, visitId, ...{ staffId: place.staffId, date: place.date, start: place.start } });
  }
  while (context.sync.status().pending > 0) await pause(50);
  await device.end();
  return halves[0]?.id ?? '';
}

/** Two coordinators on their own devices clash while the server is away: one field, and one nurse. */
async function clash(): Promise<void> {
  const contexts: Context[] = [];
  const devices: { end(): Promise<void> }[] = [];
  for (const login of ['amelie', 'ben']) {
    const device = await openNodeDevice();
    devices.push(device);
    unwrap(
      await device.signIn({ serverUrl: server.url, login, password: passwordOf(login), deviceName: 'screenshots' }),
    );
    const context = device.context();
    if (!context?.sync) throw new Error(`${login} is not signed in`);
    contexts.push(context);
  }
  const shard = scheduleShard(regionId, demo.week);
  const inWeek = demo.rows.visits.filter(
    (visit) => visit.regionId === regionId && visit.week === demo.week && !visit.cancelledAt,
  );
  const staffOf = new Map(demo.rows.assignments.map((one) => [one.visitId, one.staffId]));
  const placed = inWeek.filter((visit) => staffOf.get(visit.id) && visit.start);
  const [first, second] = placed;
  const sameDay = placed.find(
    (visit) =>
      visit.date === second?.date &&
      visit.id !== second?.id &&
      staffOf.get(visit.id) !== staffOf.get(second?.id ?? '') &&
      visit.serviceCode === second?.serviceCode,
  );
  if (!first || !second || !sameDay) throw new Error('the demo week is too thin to clash in');
  for (const context of contexts)
    for (const { id } of [first, second, sameDay]) await arrival(context, shard, 'visits', id);
  await server.stop();
  const [amelie, ben] = contexts;
  unwrap(await (amelie as Context).write([{ table: 'visits', shard, id: first.id, set: { start: '09:10' } }]));
  unwrap(await (ben as Context).write([{ table: 'visits', shard, id: first.id, set: { start: '09:40' } }]));
  unwrap(
    await (ben as Context).write([
      { table: 'visits', shard, id: sameDay.id, set: { start: second.start } },
      {
        table: 'assignments',
        shard,
        id: assignmentIdOf(sameDay.id),
        set: { staffId: staffOf.get(second.id) ?? null, source: 'person' },
      },
    ]),
  );
  await server.start();
  for (const { sync } of contexts) {
    sync?.retryNow();
    while (sync && (sync.status().pending > 0 || sync.status().state !== 'live')) await pause(50);
  }
  for (const device of devices) await device.end();
}

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
] as const;

/** That the browser may clear what is stored: said once to whoever uses a browser, and in the way of a picture. */
async function dismissNotice(page: Page): Promise<void> {
  const dismiss = page.getByRole('button', { name: 'Dismiss' });
  if (await dismiss.isVisible()) await dismiss.click();
}

await clash();
const paired = await pairUp();
for (const viewport of SIZES) {
  for (const scheme of ['light', 'dark'] as const) {
    const { context, page } = await openLaptop(undefined, viewport, scheme);
    const shoot = async (name: string, target: Page = page): Promise<void> => {
      if (!wanted.test(name)) return;
      await target.mouse.move(viewport.width / 2, 2); // no tooltip in the picture
      await pause(400);
      await target.screenshot({ path: join(folder, `${name}-${scheme}-${viewport.width}.png`) });
    };
    await page.goto(server.url);
    await page.getByLabel('User name').fill('amelie');
    await shoot('sign-in');
    await signIn(page, server.url, 'amelie');
    await syncState(page, 'live');
    await dismissNotice(page);
    await shoot('board');
    await page.getByRole('button', { name: /^Conflicts:/ }).click();
    await page.getByTestId('conflicts-panel').waitFor();
    await shoot('conflict');
    await page.getByRole('button', { name: 'Close conflicts' }).click();
    await page.getByRole('button', { name: 'Auto-assign' }).first().click();
    await page.getByRole('button', { name: /^Accept all/ }).waitFor({ timeout: 60_000 });
    await shoot('proposal');
    await page.getByRole('button', { name: 'Drop proposal' }).click();
    await page.getByRole('button', { name: 'More ways to plan' }).click();
    await page.getByRole('menuitem', { name: 'Compare plans…' }).click();
    await page.getByText('plans worked out').waitFor({ timeout: 120_000, state: 'attached' });
    await shoot('plans');
    await page.keyboard.press('Escape');
    await page.locator('[data-cell] [data-visit-id]').first().click();
    await page.getByTestId('visit-panel').waitFor();
    await page.getByRole('button', { name: 'Move to…' }).click();
    await page.getByRole('dialog').locator('button[data-staff-id]').first().waitFor();
    await shoot('move');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Import from CSV' }).click();
    await page.getByRole('dialog').waitFor();
    await shoot('import');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'More for this week' }).click();
    await page.getByRole('menuitem', { name: 'Publish the week…' }).click();
    await page.getByRole('button', { name: /^Publish \d+ changes/ }).waitFor();
    await shoot('publish');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Next week' }).click();
    const half = page.locator(`[data-cell] [data-visit-id="${paired}"]`);
    for (let row = 0; row < 30 && (await half.count()) === 0; row += 1) {
      await page.getByTestId('board').evaluate((board) => board.scrollBy(0, board.clientHeight / 2));
      await pause(200);
    }
    await half.first().focus();
    await page.keyboard.press('Space');
    await page.locator('[data-cell][data-fit="good"]').first().waitFor();
    await page.keyboard.press('ArrowRight');
    await shoot('pair');
    await page.keyboard.press('Escape');
    await page.getByTestId('board').evaluate((board) => board.scrollTo(0, 0));
    await pause(300);
    await page
      .getByRole('button', { name: /^Sick call of/ })
      .first()
      .click({ force: true });
    await page.getByRole('button', { name: 'See how the week goes on' }).click();
    await page.getByRole('button', { name: 'Accept all of it' }).waitFor({ timeout: 60_000 });
    await shoot('replan');
    await page.getByRole('button', { name: 'Back' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Today', exact: true }).click();
    await page.getByRole('button', { name: 'Outcomes' }).click();
    await page.getByTestId('outcomes').waitFor();
    await shoot('outcomes');
    await page.getByTestId('priorities').scrollIntoViewIfNeeded();
    await shoot('priorities');
    await page.getByRole('button', { name: 'Patients' }).click();
    await page.getByTestId('caseload').waitFor();
    await shoot('patients');
    await page.getByRole('button', { name: 'Clinical rules' }).click();
    await page.getByTestId('clinical-rules').waitFor();
    await shoot('clinical-rules');
    await page.keyboard.press('Escape');
    await page.getByText('Assessed', { exact: true }).first().click();
    await page.locator('[data-patient-id]').first().click();
    for (const tab of ['Needs profile', 'Assessments', 'Care plan', 'Weekly visits', 'Hospital']) {
      await page.getByRole('tab', { name: tab }).click();
      await pause(1_200);
      await shoot(tab.toLowerCase().replace(' ', '-'));
    }
    await page.getByRole('button', { name: 'Staff', exact: true }).click();
    await page.locator('[data-staff-id]').first().waitFor();
    await shoot('staff');
    await page.locator('[data-staff-id]').first().click();
    await page.getByLabel('Staff number').waitFor();
    await shoot('carer');
    await page.getByRole('button', { name: 'Staff', exact: true }).click();
    await page.getByRole('button', { name: 'Partners', exact: true }).click();
    await pause(800);
    await shoot('partners');
    await page.keyboard.press('Control+l');
    await page.getByRole('button', { name: 'Unlock' }).waitFor();
    await shoot('lock');
    await context.close();
  }
}
// What nobody can take stands out once everything else is placed.
for (const [index, viewport] of SIZES.entries()) {
  for (const scheme of ['light', 'dark'] as const) {
    const { context, page } = await openLaptop(undefined, viewport, scheme);
    await signIn(page, server.url, 'amelie');
    await syncState(page, 'live');
    await dismissNotice(page);
    if (index === 0 && scheme === 'light') {
      await page.getByRole('button', { name: 'Auto-assign' }).first().click();
      await page.getByRole('button', { name: /^Accept all/ }).click({ timeout: 60_000 });
      await page.getByText('visits assigned').first().waitFor();
    }
    const tray = page.getByTestId('tray');
    if (!(await tray.isVisible())) await page.getByRole('button', { name: 'Show side panel' }).click();
    await tray.locator('[data-visit-id]').first().click();
    await page.getByRole('region', { name: 'Why nobody fits' }).waitFor();
    await pause(400);
    if (wanted.test('why')) await page.screenshot({ path: join(folder, `why-${scheme}-${viewport.width}.png`) });
    await context.close();
  }
}
await server.stop();
removeTemporaryFolders();
process.exit(0);
