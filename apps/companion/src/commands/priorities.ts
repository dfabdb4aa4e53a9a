/** `fieldfare priorities`: what people's choices say about what the scheduler cares for, and putting that in force. */
import { PRIORITY_LABELS, type PriorityView } from '@fieldfare/domain';
import { addWeeks, problem } from '@fieldfare/kernel';
import { connect, type GlobalFlags, type WeekFlags, weekOf } from '../context.ts';
import { refuse, usage } from '../exit.ts';
import type { Host } from '../host.ts';
import { json, paint, table } from '../output.ts';

export interface PrioritiesFlags extends GlobalFlags, WeekFlags {
  /** How many weeks, the chosen one last. */
  readonly weeks?: number;
  readonly apply?: boolean;
}

export async function showPriorities(host: Host, flags: PrioritiesFlags): Promise<void> {
  const api = await connect(host, flags);
  const { region, week } = await weekOf(host, api, flags);
  const back = flags.weeks ?? 8;
  if (back < 1 || back > 9) throw usage('--weeks is a number from 1 to 9');
  const weeks = Array.from({ length: back }, (_, i) => addWeeks(week, i + 1 - back));
  const view = await api.call((client) => client.insights.priorities.query({ regionId: region.id, weeks }));
  if (flags.apply) {
    const { proposed: weights, inForce, choices, against } = view;
    if (weights === null) {
      throw refuse(problem('conflict', 'these choices propose no other priorities', { rule: 'INS-WEIGHTS' }));
    }
    const done = await api.call((client) =>
      client.insights.applyPriorities.mutate({ inForce, weights, choices, against }),
    );
    host.print(flags.json ? json(done) : 'The proposed priorities are in force from the next plan on.\n');
    return;
  }
  if (flags.json) {
    host.print(json(view));
    return;
  }
  const { choices, against, needed, plans, proposed } = view;
  host.print(`${paint(host, 'bold', region.name)}\n`);
  host.print(
    `${choices} choices between places, ${against} against the priorities in force; plans: ${plans.accepted} accepted, ` +
      `${plans.changed} in part, ${plans.rejected} rejected\n\n`,
  );
  host.print(
    table<PriorityView>(
      [
        { title: 'One of', cell: ({ component }) => PRIORITY_LABELS[component].unit },
        { title: 'Counts', right: true, cell: ({ now }) => now },
        { title: 'Choices say', right: true, cell: ({ learned }) => learned },
        { title: 'Better', right: true, cell: ({ better }) => better },
        { title: 'Worse', right: true, cell: ({ worse }) => worse },
      ],
      view.priorities,
    ),
  );
  const verdict =
    proposed !== null
      ? 'They speak for other priorities: --apply puts them in force.'
      : choices < needed
        ? `From ${needed} choices on, other priorities are proposed where they say so.`
        : 'They agree with the priorities in force.';
  host.print(`\n${verdict}\n`);
}
