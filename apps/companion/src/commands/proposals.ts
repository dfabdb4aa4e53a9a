/**
 * `fieldfare suggest`: places for one visit, or a proposal for the tray. An answer travels to `accept` as JSON, so that a
 * person or a program can look at it, keep it and accept it later.
 */
import type { AutoAssignEvent, AutoAssignProgress, Candidate, Proposal } from '@fieldfare/domain';
import { plural } from '@fieldfare/kernel';
import { type Api, follow } from '../api.ts';
import { connect, type GlobalFlags, pickVisit, type WeekChoice, type WeekFlags, weekOf } from '../context.ts';
import type { Host } from '../host.ts';
import { duration, endTime, json, paint, shortId, table } from '../output.ts';

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
    `${plural(placements.length, 'visit')} placed, ${unplaced.length} not; travel ${duration(proposal.components.before.travelMinutes)} → ${duration(proposal.components.after.travelMinutes)}\n\n`,
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
          { title: 'Service', cell: (row) => row.serviceName },
          { title: 'Date', cell: (row) => row.date ?? 'any day' },
          { title: 'Starts', cell: (row) => row.start ?? `${row.windowFrom}–${row.windowTo}` },
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
