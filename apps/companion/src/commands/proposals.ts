/**
 * `fieldfare suggest` and `accept`. An answer travels between them as JSON, so that a person or a program can look at
 * it, keep it and accept it later; what changed in between is refused with a reason.
 */
import {
  type AutoAssignEvent,
  type AutoAssignProgress,
  type Candidate,
  PROVIDER_PREFERENCES,
  type Proposal,
} from '@fieldfare/domain';
import { isIsoWeek, isLocalDate, isLocalTime, problem } from '@fieldfare/kernel';
import { z } from 'zod';
import { type Api, follow } from '../api.ts';
import {
  connect,
  type GlobalFlags,
  parseJson,
  pickVisit,
  type WeekChoice,
  type WeekFlags,
  weekOf,
} from '../context.ts';
import { refuse, usage } from '../exit.ts';
import type { Host } from '../host.ts';
import { duration, endTime, json, paint, shortId, table } from '../output.ts';

const time = z.string().refine(isLocalTime);
const placement = z.object({
  visitId: z.uuid(),
  staffId: z.uuid(),
  date: z.string().refine(isLocalDate),
  start: time,
  basedOn: z.string(),
  set: z
    .object({ windowFrom: time, windowTo: time, providerPreference: z.enum(PROVIDER_PREFERENCES) })
    .partial()
    .optional(),
});
const where = { regionId: z.uuid(), week: z.string().refine(isIsoWeek) };
const answer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('proposal'), ...where, id: z.string(), placements: z.array(placement) }),
  z.object({ type: z.literal('candidates'), ...where, candidates: z.array(placement) }),
  z.object({
    type: z.literal('ways'),
    ...where,
    visitId: z.uuid(),
    relaxations: z.array(z.object({ placements: z.array(placement) })),
  }),
]);

export interface SuggestFlags extends GlobalFlags, WeekFlags {
  readonly seed?: number;
  /** Where to keep the answer for `accept`. */
  readonly output?: string;
}

export async function suggest(host: Host, visitId: string | undefined, flags: SuggestFlags): Promise<void> {
  const api = await connect(host, flags);
  const choice = await weekOf(host, api, flags);
  await (visitId === undefined
    ? suggestWeek(host, api, choice, flags)
    : suggestVisit(host, api, choice, visitId, flags));
}

async function deliver(host: Host, flags: SuggestFlags, value: unknown, text: string): Promise<void> {
  if (flags.output !== undefined) await host.writeFile(flags.output, json(value));
  host.print(flags.json ? json(value) : text);
}

async function suggestVisit(
  host: Host,
  api: Api,
  { input }: WeekChoice,
  id: string,
  flags: SuggestFlags,
): Promise<void> {
  const board = await api.call((client) => client.scheduling.week.query(input));
  const visit = pickVisit(board, id);
  const candidates = await api.call((client) => client.scheduling.suggest.query({ ...input, visitId: visit.id }));
  const value = {
    type: 'candidates',
    ...input,
    visitId: visit.id,
    candidates: candidates.map((candidate) => ({ ...candidate, visitId: visit.id, basedOn: visit.stamp })),
  };
  const numbered = candidates.map((candidate, index) => ({ ...candidate, choice: index + 1 }));
  const text =
    `${visit.patientName} · ${visit.serviceName} · ${duration(visit.minutes)}\n` +
    table<Candidate & { choice: number }>(
      [
        { title: '#', right: true, cell: (row) => row.choice },
        { title: 'Carer', cell: (row) => row.name },
        { title: 'Role', cell: (row) => row.role },
        { title: 'Date', cell: (row) => row.date },
        { title: 'Time', cell: (row) => `${row.start}–${endTime(row.start, visit.minutes)}` },
        { title: 'Match', cell: (row) => row.match },
        { title: 'Travel', right: true, cell: (row) => `${row.travelMinutes >= 0 ? '+' : ''}${row.travelMinutes} min` },
        {
          title: 'Why',
          cell: (row) => [...row.reasons, ...row.violations.map(({ message }) => `! ${message}`)].join('; '),
        },
      ],
      numbered,
    );
  await deliver(host, flags, value, candidates.length === 0 ? 'Nobody can take this visit in this week.\n' : text);
}

async function suggestWeek(host: Host, api: Api, { input, region }: WeekChoice, flags: SuggestFlags): Promise<void> {
  let proposal: Proposal | null = null;
  // A cheap call first: it renews the token when that is due.
  await api.call((client) => client.identity.me.query());
  await follow<AutoAssignEvent>(
    host,
    (handlers) =>
      api.client.scheduling.autoAssign.subscribe(
        { ...input, ...(flags.seed === undefined ? {} : { seed: flags.seed }) },
        handlers,
      ),
    (event) => {
      if (event.type === 'progress') {
        if (host.interactive) host.note(progressText(event));
        return false;
      }
      proposal = event.proposal;
      return true;
    },
  );
  if (host.interactive) host.note('\r\u001b[K');
  if (proposal !== null)
    await deliver(
      host,
      flags,
      { type: 'proposal', ...(proposal as Proposal) },
      proposalText(host, proposal, region.name, flags),
    );
}

function progressText({ placed, total, components, improved }: AutoAssignProgress): string {
  const better = components ? `; improving ${Math.round(improved * 100)} %` : '';
  return `\r${placed} of ${total} placed${better}…`;
}

function proposalText(host: Host, proposal: Proposal, region: string, flags: SuggestFlags): string {
  const { placements, unplaced } = proposal;
  const lines = [
    `${paint(host, 'bold', `Proposal for ${region} · ${proposal.week}`)}\n`,
    `${placements.length} visits placed, ${unplaced.length} not; travel ${duration(proposal.components.before.travelMinutes)} → ${duration(proposal.components.after.travelMinutes)}\n\n`,
    table(
      [
        { title: 'Date', cell: (row) => row.date },
        { title: 'Time', cell: (row) => `${row.start}–${endTime(row.start, row.minutes)}` },
        { title: 'Patient', cell: (row) => row.patientName },
        { title: 'Service', cell: (row) => row.serviceName },
        { title: 'Carer', cell: (row) => row.staffName },
        { title: 'Visit', cell: (row) => shortId(row.visitId) },
      ],
      [...placements].sort((a, b) => (`${a.date}${a.start}` < `${b.date}${b.start}` ? -1 : 1)),
    ),
  ];
  if (unplaced.length > 0) {
    lines.push(`\n${paint(host, 'yellow', 'Not placed')}\n`);
    lines.push(
      table(
        [
          { title: 'Patient', cell: (row) => row.patientName },
          { title: 'Why', cell: (row) => row.reason },
          { title: 'Visit', cell: (row) => shortId(row.visitId) },
        ],
        unplaced,
      ),
    );
  }
  const keep = flags.output === undefined ? '--output FILE keeps it' : `fieldfare accept ${flags.output}`;
  lines.push(`\nNothing is changed yet. To accept: ${keep}.\n`);
  return lines.join('');
}

export interface AcceptFlags extends GlobalFlags {
  /** Which candidate, from 1. */
  readonly choice?: number;
  /** Beginnings of visit ids: accept only these. */
  readonly only?: readonly string[];
}

export async function accept(host: Host, path: string, flags: AcceptFlags): Promise<void> {
  const text = path === '-' ? await host.readInput() : new TextDecoder().decode(await host.readFile(path));
  const parsed = answer.safeParse(parseJson(text));
  if (!parsed.success) {
    throw refuse(problem('invalid', 'this is no answer of fieldfare suggest or why', { rule: 'CLI-PROPOSAL' }));
  }
  const api = await connect(host, flags);
  const { regionId, week } = parsed.data;
  if (parsed.data.type === 'candidates') {
    const chosen = parsed.data.candidates[(flags.choice ?? 1) - 1];
    if (!chosen) throw usage(`--choice is a number from 1 to ${parsed.data.candidates.length}`);
    const done = await api.call((client) => client.scheduling.assign.mutate({ regionId, week, ...chosen }));
    const warnings = done.warnings.map(({ message, rule }) => `Note: ${message} [${rule}]\n`).join('');
    host.print(flags.json ? json({ accepted: 1, warnings: done.warnings }) : `${warnings}The visit is assigned.\n`);
    return;
  }
  if (parsed.data.type === 'ways') {
    const { relaxations, visitId } = parsed.data;
    const chosen = relaxations[(flags.choice ?? 1) - 1];
    if (!chosen) throw usage(`--choice is a number from 1 to ${relaxations.length}`);
    const { placements } = chosen;
    if (placements.length === 0) throw usage('that way needs a decision first: fieldfare why says which');
    const { accepted } = await api.call((client) =>
      client.scheduling.accept.mutate({ regionId, week, proposalId: visitId, origin: 'relaxation', placements }),
    );
    host.print(flags.json ? json({ accepted }) : 'The visit is assigned.\n');
    return;
  }
  const { only } = flags;
  const { id: proposalId } = parsed.data;
  const placements = parsed.data.placements.filter(
    ({ visitId }) => !only || only.some((start) => visitId.startsWith(start.toLowerCase())),
  );
  if (placements.length === 0) throw usage('there is no such visit in the proposal');
  const { accepted } = await api.call((client) =>
    client.scheduling.accept.mutate({
      regionId,
      week,
      proposalId,
      placements,
    }),
  );
  host.print(flags.json ? json({ accepted }) : `${accepted} visits are assigned.\n`);
}
