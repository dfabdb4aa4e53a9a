/** `fieldfare week state`: who has room, and for what is unscheduled the best place or why there is none. */
import type { LaneGroup, LaneSummary, UnscheduledVisit } from '@fieldfare/domain';
import { connect, type GlobalFlags, type WeekFlags, weekOf } from '../context.ts';
import type { Host } from '../host.ts';
import { duration, json, paint, shortId, table } from '../output.ts';

export interface StateFlags extends GlobalFlags, WeekFlags {
  readonly group?: LaneGroup;
}

function placeOf({ status, candidates, reason }: UnscheduledVisit): string {
  const [best] = candidates;
  if (best) return `${best.name}, ${best.date} ${best.start}`;
  return status === 'none' ? (reason ?? 'nobody') : 'not asked';
}

export async function showState(host: Host, flags: StateFlags): Promise<void> {
  const api = await connect(host, flags);
  const { input } = await weekOf(host, api, flags);
  const group = flags.group === undefined ? {} : { groupBy: flags.group };
  const state = await api.call((client) => client.scheduling.state.query({ ...input, ...group }));
  if (flags.json) {
    host.print(json(state));
    return;
  }
  host.print(`${paint(host, 'bold', `${state.regionName} · ${state.week}`)}\n`);
  host.print(
    table<LaneSummary>(
      [
        { title: 'Group', cell: (row) => row.group || 'own staff' },
        { title: 'Carers', right: true, cell: (row) => row.staffIds.length },
        { title: 'Booked', right: true, cell: (row) => duration(row.bookedMinutes) },
        { title: 'Capacity', right: true, cell: (row) => duration(row.capacityMinutes) },
      ],
      state.lanes,
    ),
  );
  if (state.unscheduled.length === 0) return;
  host.print(`\n${paint(host, 'bold', 'Unscheduled')}\n`);
  host.print(
    table<UnscheduledVisit>(
      [
        { title: 'Patient', cell: (row) => row.patientName },
        { title: 'Service', cell: (row) => row.serviceName },
        { title: 'Priority', cell: (row) => row.priority },
        { title: 'Best place, or why there is none', cell: placeOf },
        { title: 'Visit', cell: (row) => shortId(row.id) },
      ],
      state.unscheduled,
    ),
  );
}
