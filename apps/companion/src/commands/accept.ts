/**
 * `fieldfare accept`: does what suggest, why, plans or replan answered. The answer is JSON that a person or a program could
 * look at and keep; what changed since is refused with a reason.
 */
import { ABSENCE_REASONS, componentsSchema, PROVIDER_PREFERENCES } from '@fieldfare/domain';
import { isIsoWeek, isLocalDate, isLocalTime, plural, problem } from '@fieldfare/kernel';
import { z } from 'zod';
import type { Api } from '../api.ts';
import { connect, type GlobalFlags, parseJson } from '../context.ts';
import { refuse, usage } from '../exit.ts';
import type { Host } from '../host.ts';
import { json } from '../output.ts';

const time = z.string().refine(isLocalTime);
const date = z.string().refine(isLocalDate);
const placement = z.object({
  visitId: z.uuid(),
  staffId: z.uuid(),
  date,
  start: time,
  basedOn: z.string(),
  set: z
    .object({ windowFrom: time, windowTo: time, providerPreference: z.enum(PROVIDER_PREFERENCES) })
    .partial()
    .optional(),
});
const where = { regionId: z.uuid(), week: z.string().refine(isIsoWeek) };
const components = componentsSchema.required();
const proposal = z.object({
  id: z.string(),
  placements: z.array(placement),
  /** Left out by whoever made the answer by hand: then only what was accepted is logged. */
  components: z.object({ before: components, after: components }).optional(),
});
type Plan = z.infer<typeof proposal>;

/** Of the placements that were left out. */
const MOST_LOGGED = 1_000;

/** What was on screen, for the log of choices. */
const shownOf = ({ placements, components: known }: Plan) => ({
  offered: placements.length,
  before: known?.before ?? null,
  after: known?.after ?? null,
});
const days = { from: date, to: date };
const change = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('absence'), staffId: z.uuid(), ...days, reason: z.enum(ABSENCE_REASONS) }),
  z.object({ kind: z.literal('cancelled'), visitId: z.uuid() }),
  z.object({ kind: z.literal('hospital'), patientId: z.uuid(), ...days }),
  z.object({
    kind: z.literal('urgent'),
    patientId: z.uuid(),
    serviceCode: z.string(),
    dates: z.array(date),
    minutes: z.int(),
    windowFrom: time,
    windowTo: time,
  }),
]);
const answer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('proposal'), ...where, ...proposal.shape }),
  z.object({ type: z.literal('candidates'), ...where, candidates: z.array(placement) }),
  z.object({
    type: z.literal('ways'),
    ...where,
    visitId: z.uuid(),
    relaxations: z.array(z.object({ placements: z.array(placement) })),
  }),
  z.object({ type: z.literal('plans'), ...where, plans: z.array(z.object({ title: z.string(), proposal })) }),
  z.object({ type: z.literal('replan'), ...where, change, token: z.string(), proposal }),
]);
type Answer<T extends z.infer<typeof answer>['type']> = Extract<z.infer<typeof answer>, { type: T }>;

export interface AcceptFlags extends GlobalFlags {
  /** Which candidate, way or plan, from 1. */
  readonly choice?: number;
  /** Beginnings of visit ids: accept only these. */
  readonly only?: readonly string[];
}

export async function accept(host: Host, path: string, flags: AcceptFlags): Promise<void> {
  const text = path === '-' ? await host.readInput() : new TextDecoder().decode(await host.readFile(path));
  const parsed = answer.safeParse(parseJson(text));
  if (!parsed.success) {
    throw refuse(
      problem('invalid', 'this is no answer of fieldfare suggest, why, plans or replan', { rule: 'CLI-PROPOSAL' }),
    );
  }
  const api = await connect(host, flags);
  const { value, said } = await done(api, parsed.data, flags);
  host.print(flags.json ? json(value) : said);
}

interface Done {
  readonly value: unknown;
  readonly said: string;
}

function done(api: Api, found: z.infer<typeof answer>, flags: AcceptFlags): Promise<Done> {
  switch (found.type) {
    case 'candidates':
      return assign(api, found, flags);
    case 'ways':
      return makeRoom(api, found, flags);
    case 'proposal':
      return place(api, found, { plan: found, others: [] }, flags);
    case 'plans':
      return place(api, found, planOf(found.plans, flags), flags);
    case 'replan':
      return mend(api, found);
  }
}

function chosenOf<T>(all: readonly T[], { choice = 1 }: AcceptFlags): T {
  const chosen = all[choice - 1];
  if (chosen === undefined) throw usage(`--choice is a number from 1 to ${all.length}`);
  return chosen;
}

async function assign(api: Api, { regionId, week, candidates }: Answer<'candidates'>, flags: AcceptFlags) {
  const chosen = chosenOf(candidates, flags);
  const { warnings } = await api.call((client) => client.scheduling.assign.mutate({ regionId, week, ...chosen }));
  const notes = warnings.map(({ message, rule }) => `Note: ${message} [${rule}]\n`).join('');
  return { value: { accepted: 1, warnings }, said: `${notes}The visit is assigned.\n` };
}

async function makeRoom(api: Api, { regionId, week, visitId, relaxations }: Answer<'ways'>, flags: AcceptFlags) {
  const { placements } = chosenOf(relaxations, flags);
  if (placements.length === 0) throw usage('that way needs a decision first: fieldfare why says which');
  const { accepted } = await api.call((client) =>
    client.scheduling.accept.mutate({ regionId, week, proposalId: visitId, origin: 'relaxation', placements }),
  );
  return { value: { accepted }, said: 'The visit is assigned.\n' };
}

interface Choice {
  readonly plan: Plan;
  /** Plans that stood beside it, when it is one of several. */
  readonly others: readonly Plan[];
}

function planOf(plans: Answer<'plans'>['plans'], flags: AcceptFlags): Choice {
  const { proposal: plan } = chosenOf(plans, flags);
  return { plan, others: plans.map((each) => each.proposal).filter((other) => other !== plan) };
}

async function place(
  api: Api,
  { type, regionId, week }: Answer<'proposal' | 'plans'>,
  { plan, others }: Choice,
  { only }: AcceptFlags,
): Promise<Done> {
  const isWanted = ({ visitId }: { readonly visitId: string }): boolean =>
    !only || only.some((start) => visitId.startsWith(start.toLowerCase()));
  const placements = plan.placements.filter(isWanted);
  const leftOut = plan.placements
    .filter((each) => !isWanted(each))
    .map(({ basedOn: _stamp, set: _set, ...where }) => where)
    .slice(0, MOST_LOGGED);
  if (placements.length === 0) throw usage('there is no such visit in the proposal');
  const { accepted } = await api.call((client) =>
    client.scheduling.accept.mutate({
      ...{ regionId, week, proposalId: plan.id, placements },
      origin: type === 'plans' ? 'scenario' : 'proposal',
      shown: {
        ...shownOf(plan),
        leftOut,
        others: others.map((other) => ({ ...shownOf(other), proposalId: other.id })),
      },
    }),
  );
  return { value: { accepted }, said: `${plural(accepted, 'visit is', 'visits are')} assigned.\n` };
}

async function mend(api: Api, { regionId, week, change: happened, token, proposal: found }: Answer<'replan'>) {
  const value = await api.call((client) =>
    client.scheduling.acceptReplan.mutate({
      ...{ regionId, week, token, proposalId: found.id, shown: shownOf(found) },
      change: happened,
      placements: found.placements.map(({ set: _set, ...to }) => to),
    }),
  );
  const tray = value.waiting > 0 ? `, ${plural(value.waiting, 'waits', 'wait')} in the tray` : '';
  return { value, said: `${plural(value.placed, 'visit is', 'visits are')} placed${tray}.\n` };
}
