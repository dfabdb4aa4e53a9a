/** `fieldfare replan …`: how the week could go on after something happened. Changes nothing; `accept` does it. */
import type { ABSENCE_REASONS, ReplanProposal, WeekChange } from '@fieldfare/domain';
import { isLocalDate, isLocalTime, type LocalDate, plural } from '@fieldfare/kernel';
import type { Api } from '../api.ts';
import {
  connect,
  type GlobalFlags,
  pickNamed,
  pickVisit,
  type WeekChoice,
  type WeekFlags,
  weekOf,
} from '../context.ts';
import { usage } from '../exit.ts';
import type { Host } from '../host.ts';
import { duration, json, paint, shortId, table } from '../output.ts';

export interface ReplanFlags extends GlobalFlags, WeekFlags {
  readonly seed?: number;
  /** Where to keep the answer for `accept`. */
  readonly output?: string;
}

export interface DaysFlags extends ReplanFlags {
  readonly from: string;
  readonly to?: string;
}

const dateOf = (text: string): LocalDate => {
  if (!isLocalDate(text)) throw usage('a date is YYYY-MM-DD');
  return text;
};

const daysOf = ({ from, to = from }: DaysFlags) => ({ from: dateOf(from), to: dateOf(to) });

const patientOf = async (api: Api, { region }: WeekChoice, wanted: string): Promise<string> => {
  const patients = await api.call((client) => client.patients.list.query({ regionId: region.id }));
  const named = patients.map(({ id, givenName, familyName }) => ({ id, name: `${givenName} ${familyName}` }));
  return pickNamed(named, wanted, 'patient').id;
};

export type AbsenceReason = (typeof ABSENCE_REASONS)[number];

export const replanAbsence = (
  host: Host,
  carer: string,
  flags: DaysFlags & { readonly reason: AbsenceReason },
): Promise<void> =>
  replan(host, flags, async (api, { input }) => {
    const { lanes } = await api.call((client) => client.scheduling.week.query(input));
    const named = lanes.map(({ staffId, name }) => ({ id: staffId, name }));
    return { kind: 'absence', staffId: pickNamed(named, carer, 'carer').id, ...daysOf(flags), reason: flags.reason };
  });

export const replanCancelled = (host: Host, visit: string, flags: ReplanFlags): Promise<void> =>
  replan(host, flags, async (api, { input }) => {
    const board = await api.call((client) => client.scheduling.week.query(input));
    return { kind: 'cancelled', visitId: pickVisit(board, visit).id };
  });

export const replanHospital = (host: Host, patient: string, flags: DaysFlags): Promise<void> =>
  replan(host, flags, async (api, choice) => ({
    kind: 'hospital',
    patientId: await patientOf(api, choice, patient),
    ...daysOf(flags),
  }));

export interface UrgentFlags extends ReplanFlags {
  readonly service: string;
  readonly date: readonly string[];
  readonly minutes: number;
  /** `HH:MM-HH:MM` */
  readonly window: string;
}

export const replanUrgent = (host: Host, patient: string, flags: UrgentFlags): Promise<void> =>
  replan(host, flags, async (api, choice) => {
    const [windowFrom = '', windowTo = ''] = flags.window.split('-');
    if (!isLocalTime(windowFrom) || !isLocalTime(windowTo)) throw usage('--window is HH:MM-HH:MM');
    return {
      kind: 'urgent',
      patientId: await patientOf(api, choice, patient),
      serviceCode: flags.service,
      dates: flags.date.map(dateOf),
      minutes: flags.minutes,
      ...{ windowFrom, windowTo },
    };
  });

/** What the procedure takes: lists of its own. */
const asInput = (change: WeekChange) => (change.kind === 'urgent' ? { ...change, dates: [...change.dates] } : change);

async function replan(
  host: Host,
  flags: ReplanFlags,
  happened: (api: Api, choice: WeekChoice) => Promise<WeekChange>,
): Promise<void> {
  const api = await connect(host, flags);
  const choice = await weekOf(host, api, flags);
  const change = asInput(await happened(api, choice));
  const seed = flags.seed === undefined ? {} : { seed: flags.seed };
  const found = await api.call((client) => client.scheduling.replan.query({ ...choice.input, change, ...seed }));
  const value = { type: 'replan', ...choice.input, change, ...found };
  if (flags.output !== undefined) await host.writeFile(flags.output, json(value));
  host.print(flags.json ? json(value) : textOf(host, found, choice, flags.output));
}

function textOf(host: Host, found: ReplanProposal, { region, week }: WeekChoice, output: string | undefined): string {
  const { displaced, cancelled, added, kept, untouched, news } = found;
  const { placements, unplaced } = found.proposal;
  const changes = news.flatMap(({ staffName, changes: own }) => own.map((change) => ({ staffName, ...change })));
  const at = (place: { readonly date: string; readonly start: string; readonly minutes: number } | null): string =>
    place === null ? '' : `${place.date} ${place.start}, ${duration(place.minutes)}`;
  return [
    `${paint(host, 'bold', `${region.name} · ${week}`)}\n`,
    `${plural(displaced, 'visit')} lost ${displaced === 1 ? 'its' : 'their'} carer, ` +
      `${cancelled} no longer ${cancelled === 1 ? 'takes' : 'take'} place, ${added} came in; ` +
      `${placements.length} ${placements.length === 1 ? 'finds' : 'find'} a place, ` +
      `${kept} of ${plural(untouched, 'other')} ${kept === 1 ? 'stays exactly as it is' : 'stay exactly as they are'}.\n`,
    changes.length === 0 ? '' : `\n${paint(host, 'bold', 'What changes for whom')}\n`,
    changes.length === 0
      ? ''
      : table(
          [
            { title: 'Carer', cell: (row) => row.staffName },
            { title: 'Patient', cell: (row) => row.patientName },
            { title: 'Service', cell: (row) => row.serviceName },
            { title: 'Before', cell: (row) => at(row.before) },
            { title: 'After', cell: (row) => at(row.now) },
          ],
          changes,
        ),
    unplaced.length === 0 ? '' : `\n${paint(host, 'yellow', 'Waiting in the tray')}\n`,
    unplaced.length === 0
      ? ''
      : table(
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
    `\nNothing is changed yet. To accept: ${output === undefined ? '--output FILE keeps it' : `fieldfare accept ${output}`}.\n`,
  ].join('');
}
