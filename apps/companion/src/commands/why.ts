/** `fieldfare why VISIT`: the rules that leave nobody, and what would have to give way. Changes nothing. */
import type { NoMatch, Relaxed } from '@fieldfare/domain';
import { plural } from '@fieldfare/kernel';
import { connect, type GlobalFlags, pickVisit, type WeekFlags, weekOf } from '../context.ts';
import type { Host } from '../host.ts';
import { duration, json, paint, table } from '../output.ts';

export interface WhyFlags extends GlobalFlags, WeekFlags {
  /** Where to keep the answer for `accept`. */
  readonly output?: string;
}

function textOf(host: Host, found: NoMatch, output: string | undefined): string {
  if (found.left > 0)
    return `${found.left} of ${plural(found.staff, 'carer')} can take it: fieldfare suggest names them.\n`;
  const steps = table(
    [
      { title: '', right: true, cell: (row) => `-${row.removed}` },
      { title: 'Carers who', cell: (row) => row.sentence },
      { title: 'Left', right: true, cell: (row) => row.left },
      { title: 'Rule', cell: (row) => row.rule },
    ],
    found.steps,
  );
  const ways = found.relaxations.map((way, index) => ({ ...way, choice: index + 1 }));
  const room =
    ways.length === 0
      ? 'No single change would make room.\n'
      : table<Relaxed & { choice: number }>(
          [
            { title: '#', right: true, cell: (row) => row.choice },
            { title: 'What gives way', cell: (row) => `${row.title} (${row.detail})` },
            { title: 'Carer', cell: (row) => row.staffName },
            { title: 'Date', cell: (row) => row.date },
            { title: 'Time', cell: (row) => row.start },
          ],
          ways,
        );
  const keep = output === undefined ? '--output FILE keeps it' : `fieldfare accept ${output} --choice 1`;
  const accept = ways.length === 0 ? '' : `\nNothing is changed yet. To do one of them: ${keep}.\n`;
  return `${found.main ?? ''}. Of ${plural(found.staff, 'carer')}:\n${steps}\n${paint(host, 'bold', 'What would make room')}\n${room}${accept}`;
}

export async function why(host: Host, id: string, flags: WhyFlags): Promise<void> {
  const api = await connect(host, flags);
  const { input } = await weekOf(host, api, flags);
  const board = await api.call((client) => client.scheduling.week.query(input));
  const visit = pickVisit(board, id);
  const found = await api.call((client) => client.scheduling.noMatch.query({ ...input, visitId: visit.id }));
  const value = { type: 'ways', ...input, visitId: visit.id, ...found };
  if (flags.output !== undefined) await host.writeFile(flags.output, json(value));
  const title = `${visit.patientName} · ${visit.serviceName} · ${duration(visit.minutes)}`;
  host.print(flags.json ? json(value) : `${paint(host, 'bold', title)}\n${textOf(host, found, flags.output)}`);
}
