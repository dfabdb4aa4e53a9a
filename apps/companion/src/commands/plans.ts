/** `fieldfare plans`: several plans of one week with different aims, side by side. Changes nothing; `accept` takes one. */
import { FIGURES, type FigureWording, type ScenariosEvent } from '@fieldfare/domain';
import { follow } from '../api.ts';
import { connect, type GlobalFlags, type WeekFlags, weekOf } from '../context.ts';
import type { Host } from '../host.ts';
import { json, paint, table } from '../output.ts';

export interface PlansFlags extends GlobalFlags, WeekFlags {
  readonly seed?: number;
  /** Only unscheduled visits are placed. */
  readonly keepPlaced?: boolean;
  readonly output?: string;
}

type Plans = Extract<ScenariosEvent, { type: 'plans' }>;

export async function comparePlans(host: Host, flags: PlansFlags): Promise<void> {
  const api = await connect(host, flags);
  const { input, region, week } = await weekOf(host, api, flags);
  let found: Plans | null = null;
  // A cheap call first: it renews the token when that is due.
  await api.call((client) => client.identity.me.query());
  await follow<ScenariosEvent>(
    host,
    (handlers) =>
      api.client.scenarios.run.subscribe(
        { ...input, mayMove: !flags.keepPlaced, ...(flags.seed === undefined ? {} : { seed: flags.seed }) },
        handlers,
      ),
    (event) => {
      if (event.type === 'progress') {
        if (host.interactive) host.note(`\r\u001b[K${event.index + 1} of ${event.count}: ${event.title}…`);
        return false;
      }
      found = event;
      return event.complete;
    },
  );
  if (host.interactive) host.note('\r\u001b[K');
  if (found === null) return;
  const plans = found as Plans;
  const value = { ...plans, ...input };
  if (flags.output !== undefined) await host.writeFile(flags.output, json(value));
  host.print(flags.json ? json(value) : textOf(host, plans, `${region.name} · ${week}`, flags.output));
}

function textOf(host: Host, { base, plans }: Plans, title: string, output: string | undefined): string {
  const columns = plans.map((plan, index) => ({
    title: `${index + 1} ${plan.title}`,
    right: true,
    cell: (figure: FigureWording) => `${figure.text(plan)}${plan.best.includes(figure.key) ? ' *' : ''}`,
  }));
  const figures = table<FigureWording>(
    [
      { title: 'Figure', cell: ({ label }) => label },
      { title: 'Now', right: true, cell: (figure) => figure.text(base) },
      ...columns,
    ],
    FIGURES,
  );
  const needless = plans.flatMap(({ title: name, dominatedBy }) => {
    const better = dominatedBy === null ? undefined : plans[dominatedBy];
    return better ? [`${name} is no better than ${better.title} on anything.\n`] : [];
  });
  const keep = output === undefined ? '--output FILE keeps them' : `fieldfare accept ${output} --choice 1`;
  return `${paint(host, 'bold', title)}\n${figures}* best of the plans\n${needless.join('')}\nNothing is changed yet. To accept one: ${keep}.\n`;
}
