/** The product's own weeks: planted ones, whose good plan is known, and the demo agency's through a whole working copy. */
import { buildDemoAgency, type DemoSize } from '@fieldfare/demo';
import { callerFactory, derivations, type Proposal, tables } from '@fieldfare/domain';
import { autoAssign, compileWeek, componentsOf, costOf, createPlan, type Plan } from '@fieldfare/engine-scheduling';
import { type PlantedWeek, plantWeek } from '@fieldfare/engine-scheduling/test/planted';
import { systemClock, systemRandom, unwrap } from '@fieldfare/kernel';
import { schemaHash } from '@fieldfare/store';
import { loadTemplateFromDisk } from '@fieldfare/store/template-node';
import { openJournal } from '@fieldfare/sync';
import { createMemoryFiles } from '@fieldfare/sync/memory';
import { type LocalWorkspace, openLocalWorkspace, workspaceRouter } from '@fieldfare/workspace';
import { type Metric, metric, quantile } from '../../lib/metrics.ts';

/** Members of staff, each with some 31 visits a week. */
const PLANTED_STAFF = [20, 80, 160];
const QUESTIONS = 15;

const DEMO: readonly { readonly size: DemoSize; readonly name: string; readonly firstPlan: string }[] = [
  { size: 'small', name: 'demo week', firstPlan: '<1' },
  { size: 'large', name: 'large week', firstPlan: '<5' },
];

export interface WeekOptions {
  readonly seed: number;
  /** Names of the weeks to measure: `planted 20`, `demo week`, … */
  readonly only?: RegExp | undefined;
}

export async function benchWeeks({ seed, only = /./ }: WeekOptions): Promise<Metric[]> {
  const metrics = PLANTED_STAFF.filter((staff) => only.test(`planted ${staff}`)).flatMap((staff) =>
    benchPlanted(plantWeek({ seed, staff }), seed),
  );
  for (const demo of DEMO) if (only.test(demo.name)) metrics.push(...(await benchDemo(demo, seed)));
  return metrics;
}

const secondsSince = (from: number): number => (performance.now() - from) / 1000;

function benchPlanted(week: PlantedWeek, seed: number): Metric[] {
  const compiled = unwrap(compileWeek(week.problem));
  const goal = costOf(componentsOf(plantedPlan(week, createPlan(compiled))));
  const plan = createPlan(compiled);
  const from = performance.now();
  const steps = autoAssign(plan, { seed });
  let first = 0;
  let step = steps.next();
  let moves = 0;
  while (!step.done) {
    if (first === 0 && step.value.phase === 'improving') first = secondsSince(from);
    moves = Math.max(moves, step.value.moves);
    step = steps.next();
  }
  const seconds = secondsSince(from);
  const { unplaced, after } = step.value;
  const name = `planted, ${week.problem.visits.length} visits`;
  console.log(`${name}: first plan ${first.toFixed(2)} s, end ${seconds.toFixed(1)} s`);
  return [
    metric(`${name}: not placed`, unplaced.length, 'visits', '<=0'),
    metric(`${name}: cost above the planted plan`, 100 * (costOf(after) / goal - 1), '%'),
    metric(`${name}: moves`, moves / (seconds - first) / 1000, 'k/s'),
  ];
}

function plantedPlan({ planted }: PlantedWeek, plan: Plan): Plan {
  const { visitIndex, staffIndex } = plan.compiled;
  for (const { visitId, staffId, start } of planted) {
    plan.place(visitIndex.get(visitId) ?? -1, staffIndex.get(staffId) ?? -1, start);
  }
  return plan;
}

/** The one with the most visits in a week. */
export function largestRegion({ rows }: ReturnType<typeof buildDemoAgency>, week: string): string {
  const sizeOf = (regionId: string): number =>
    rows.visits.filter((visit) => visit.regionId === regionId && visit.week === week).length;
  const [largest = ''] = rows.regions.map(({ id }) => id).sort((a, b) => sizeOf(b) - sizeOf(a));
  return largest;
}

/** The next week of the demo agency's largest region: half of it still to be assigned. */
async function benchDemo({ size, name, firstPlan }: (typeof DEMO)[number], seed: number): Promise<Metric[]> {
  const demo = buildDemoAgency({ size, today: '2026-11-18', historyWeeks: 0 });
  const week = demo.weeks.at(-1) ?? demo.week;
  const where = { regionId: largestRegion(demo, week), week };
  const workspace = await openCopy(demo);
  const { scheduling } = callerFactory(workspaceRouter)(workspace.context);

  const open = (await scheduling.week(where)).visits.filter(({ staffId }) => staffId === null);
  const from = performance.now();
  let first = 0;
  let proposal: Proposal | null = null;
  for await (const event of await scheduling.autoAssign({ ...where, seed })) {
    if (event.type === 'proposal') proposal = event.proposal;
    else if (first === 0 && event.components !== null) first = secondsSince(from);
  }
  const seconds = secondsSince(from);
  // A short run may end before it first tells how far it is.
  first = first === 0 ? seconds : first;

  const asked = open.slice(0, QUESTIONS).map(({ id }) => ({ ...where, visitId: id }));
  const suggest = await timed(asked, (question) => scheduling.suggest(question));
  const feasibility = await timed(asked, (question) => scheduling.feasibility(question));
  const [sample] = asked;
  const touch = async (): Promise<number> => {
    if (!sample) return 0;
    await scheduling.updateVisit({ ...sample, set: { note: String(performance.now()) } });
    await workspace.core.projector.settled();
    const before = performance.now();
    await scheduling.feasibility(sample);
    return performance.now() - before;
  };
  const afterEdit = await touch();
  const state = await timed([where, where, where], (question) => scheduling.state(question));
  const afterwards = proposal ? await benchAccepted(name, workspace, where, proposal) : [];
  await workspace.close();
  const costs = proposal
    ? [
        metric(
          `${name}: cost the search took off the built plan`,
          costOf(proposal.components.first) - costOf(proposal.components.after),
          'points',
        ),
      ]
    : [];
  console.log(`${name}: ${open.length} open visits, proposal after ${seconds.toFixed(1)} s`);
  return [
    metric(`${name}: first plan`, first, 's', firstPlan),
    metric(`${name}: whole search`, seconds, 's'),
    ...costs,
    metric(`${name}: suggest, median`, suggest, 'ms', '<50'),
    metric(`${name}: drag feedback, median`, feasibility, 'ms', '<50'),
    metric(`${name}: drag feedback, first after an edit`, afterEdit, 'ms'),
    metric(`${name}: the whole state, median`, state, 'ms'),
    ...afterwards,
  ];
}

/** With the proposal in place: why the rest has none, and a visit moved by hand with its entry in the log of choices. */
async function benchAccepted(
  name: string,
  workspace: LocalWorkspace,
  where: { readonly regionId: string; readonly week: string },
  { id: proposalId, placements, unplaced }: Proposal,
): Promise<Metric[]> {
  const { scheduling } = callerFactory(workspaceRouter)(workspace.context);
  const stamps = new Map((await scheduling.week(where)).visits.map(({ id, stamp }) => [id, stamp]));
  const fresh = placements.map((one) => ({ ...one, basedOn: stamps.get(one.visitId) ?? one.basedOn }));
  await scheduling.accept({ ...where, proposalId, placements: fresh });
  await workspace.core.projector.settled();
  const asked = unplaced.slice(0, QUESTIONS).map(({ visitId }) => ({ ...where, visitId }));
  const why = await timed(asked, (question) => scheduling.noMatch(question));
  const moves: number[] = [];
  for (const { visitId } of placements.slice(0, 6)) {
    const target = { ...where, visitId };
    const cell = (await scheduling.feasibility(target)).find(
      ({ start, violations }) => start !== null && violations.length === 0,
    );
    if (!cell || cell.start === null) continue;
    const from = performance.now();
    await scheduling.assign({ ...target, staffId: cell.staffId, date: cell.date, start: cell.start });
    moves.push(performance.now() - from);
    await workspace.core.projector.settled();
  }
  return [
    metric(`${name}: why nobody fits, median`, why, 'ms'),
    metric(`${name}: a visit moved by hand, median`, quantile(moves, 0.5), 'ms'),
  ];
}

/** Median, after one to warm up. */
async function timed<T>(questions: readonly T[], ask: (question: T) => Promise<unknown>): Promise<number> {
  const samples: number[] = [];
  for (const question of questions) {
    const from = performance.now();
    await ask(question);
    samples.push(performance.now() - from);
  }
  return quantile(samples.slice(1), 0.5);
}

export async function openCopy(demo: ReturnType<typeof buildDemoAgency>): Promise<LocalWorkspace> {
  const accountOf = (login: string) => {
    const account = demo.accounts.find((one) => one.login === login);
    if (!account) throw new RangeError(`no demo account ${login}`);
    return account;
  };
  const { userId, name, roles } = accountOf('amelie');
  const principal = { tenantId: demo.tenantId, userId, deviceId: 'bench', name, roles };
  const key = systemRandom.bytes(32);
  const journal = unwrap(
    await openJournal({ files: createMemoryFiles(), tenantId: demo.tenantId, key, random: systemRandom }),
  );
  const template = unwrap(await loadTemplateFromDisk(schemaHash(tables, derivations)));
  const workspace = unwrap(
    await openLocalWorkspace({
      principal,
      journal,
      clock: systemClock,
      random: systemRandom,
      storeOptions: { template },
    }),
  );
  unwrap(await workspace.core.replica.commit(demo.changes, accountOf('admin').userId));
  await workspace.complete;
  await workspace.core.projector.settled();
  return workspace;
}
