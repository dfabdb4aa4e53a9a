/**
 * `pnpm bench start`: a coordinator's laptop in a real Chromium, with about 10,000 rows in the working set: first
 * sign-in, warm opening, local edits, projection, memory.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { buildDemoAgency, type DemoAgency } from '@fieldfare/demo';
import {
  cardIds,
  opening,
  openKillable,
  openVisit,
  passwordOf,
  pause,
  removeTemporaryFolders,
  startDemo,
  syncState,
  temporaryFolder,
} from '@fieldfare/desktop/test/harness';
import { type Assignment, assignments, type Visit, visits } from '@fieldfare/domain';
import {
  addDays,
  addWeeks,
  createRow,
  dateAt,
  deterministicId,
  type RowChange,
  systemClock,
  unwrap,
} from '@fieldfare/kernel';
import type { Browser, Page } from 'playwright-core';
import { type Metric, metric, quantile } from '../lib/metrics.ts';
import { openNodeDevice } from '../lib/node-device.ts';
import { buildWeb } from '../lib/web.ts';
import { engineInThread, projectionRates } from './projection.ts';

const WARM_OPENINGS = 7;
/** Of each kind. */
const EDITS = 100;

const today = (): string => dateAt(systemClock.now(), 'America/Toronto');

/** The current demo week once more, `weeks` away: fills the working set of four weeks each way. */
function copyOfWeek(demo: DemoAgency, weeks: number): RowChange[] {
  const week = addWeeks(demo.week, weeks);
  const idOf = (id: string): string => deterministicId('bench', id, weeks);
  const copied: Visit[] = demo.rows.visits
    .filter((visit) => visit.week === demo.week)
    .map((visit) => ({
      ...visit,
      id: idOf(visit.id),
      week,
      requirementId: null,
      date: visit.date && addDays(visit.date, weeks * 7),
    }));
  const assigned: Assignment[] = demo.rows.assignments
    .filter((assignment) => assignment.week === demo.week)
    .map((assignment) => ({ ...assignment, id: idOf(assignment.id), visitId: idOf(assignment.visitId), week }));
  return [...copied.map((row) => createRow(visits, row)), ...assigned.map((row) => createRow(assignments, row))];
}

/** Writes the further weeks as a coordinator's device would, and waits until the server has them. */
async function fillWorkingSet(url: string, demo: DemoAgency): Promise<number> {
  const device = await openNodeDevice();
  unwrap(await device.signIn({ serverUrl: url, login: 'amelie', password: passwordOf('amelie'), deviceName: 'bench' }));
  const context = device.context();
  if (!context?.sync) throw new Error('the device is signed in');
  let rows = demo.changes.length;
  for (const weeks of [-4, 2, 3, 4]) {
    const changes = copyOfWeek(demo, weeks);
    unwrap(await context.write(changes));
    rows += changes.length;
  }
  while (context.sync.status().pending > 0 || context.sync.status().state !== 'live') await pause(50);
  await device.end();
  return rows;
}

const EDIT = 'fieldfare:scheduling.updateVisit';

/** Durations on the page's timeline, ms. */
const measured = (page: Page, name: string): Promise<number[]> =>
  page.evaluate((wanted) => performance.getEntriesByName(wanted).map((entry) => entry.duration), name);

/**
 * Types as a person does, by keys alone: driving the field by scripts keeps the page busy while the answer waits.
 * Durations from the page's question to its answer, ms. Tab also moves the focus, whose redraw comes before the answer
 * is read; Enter redraws nothing.
 */
async function typeEdits(page: Page, label: 'Minutes' | 'Note', key: 'Enter' | 'Tab'): Promise<number[]> {
  const before = (await measured(page, EDIT)).length;
  const field = page.getByTestId('visit-panel').getByLabel(label, { exact: true });
  for (let edit = 0; edit < EDITS; edit += 1) {
    await field.click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(String(20 + (edit % 40)));
    await pause(60);
    await page.keyboard.press(key);
    do await pause(60);
    while ((await measured(page, EDIT)).length < before + edit + 1);
  }
  return (await measured(page, EDIT)).slice(before);
}

/** Resident memory of the process that runs page and worker, MB. */
async function rendererMemory(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = (await session.send('SystemInfo.getProcessInfo')) as {
    processInfo: { id: number; type: string }[];
  };
  const resident = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  return Math.max(...resident);
}

export async function benchStart(): Promise<readonly Metric[]> {
  await buildWeb();
  const demo = buildDemoAgency({ size: 'small', today: today() });
  const server = await startDemo();
  const rows = await fillWorkingSet(server.url, demo);
  const profile = temporaryFolder('bench');
  mkdirSync(profile, { recursive: true });

  let { browser, page, kill } = await openKillable(profile);
  const first = (await opening(page, server.url, 'Sign in')) / 1000;
  await syncState(page, 'live');
  await pause(3_000);
  await kill();

  const warm: number[] = [];
  ({ browser, page, kill } = await openKillable(profile));
  for (let round = 0; round < WARM_OPENINGS; round += 1) {
    warm.push((await opening(page, server.url, 'Unlock')) / 1000);
    await syncState(page, 'live');
    await pause(1_500);
  }
  const [visit = ''] = await cardIds(page);
  await openVisit(page, visit);
  const edits = await typeEdits(page, 'Minutes', 'Enter');
  const leaving = await typeEdits(page, 'Note', 'Tab');
  const memory = await rendererMemory(browser);
  await kill();
  const large = buildDemoAgency({ size: 'large', today: today() });
  const openEngine = () => engineInThread(`${server.url}/template/`);
  const projection = await projectionRates(large, openEngine);
  const inside = await projectionRates(large);
  await server.stop();
  removeTemporaryFolders();

  return [
    metric('rows in the working set', rows, 'rows', '>=10000'),
    metric('first opening, sign-in and first sync included', first, 's', '<4'),
    metric('warm opening to the board, median', quantile(warm, 0.5), 's', '<2'),
    metric('warm opening to the board, fastest', Math.min(...warm), 's'),
    metric('local edit acknowledged p50', quantile(edits, 0.5), 'ms', '<5'),
    metric('local edit acknowledged p99', quantile(edits, 0.99), 'ms', '<30'),
    metric('the same when leaving the field, its redraw included, p50', quantile(leaving, 0.5), 'ms'),
    metric('the same when leaving the field, p99', quantile(leaving, 0.99), 'ms'),
    metric('projection of new rows in batches of 5,000', projection.added, 'rows/s', '>=50000'),
    metric('the same by a database just opened', projection.cold, 'rows/s'),
    metric('projection of changed rows in batches of 5,000', projection.changed, 'rows/s'),
    metric('the same without a thread (server, companion): new rows', inside.added, 'rows/s'),
    metric('the same without a thread: changed rows', inside.changed, 'rows/s'),
    metric('page and worker, resident', memory, 'MB'),
  ];
}
