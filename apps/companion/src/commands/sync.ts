/** `fieldfare sync status`: how the desktop application on this machine and its server stand to each other. */
import type { TitledReport, TitledShard } from '@fieldfare/domain';
import { plural } from '@fieldfare/kernel';
import { connect, type GlobalFlags } from '../context.ts';
import type { Host } from '../host.ts';
import { json, paint, table } from '../output.ts';

const STATES: Readonly<Record<TitledReport['status']['state'], string>> = {
  offline: 'Offline',
  connecting: 'Connecting',
  'catching-up': 'Catching up',
  live: 'Live',
  refused: 'Refused',
};

/** `3 min ago`, coarse enough to read at a glance. */
function ago(moment: number | null, now: number): string {
  if (moment === null) return '—';
  const seconds = Math.max(0, Math.round((now - moment) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 86_400 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86_400)} d ago`;
}

const size = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

const standing = ({ phase, access, reason }: TitledShard): string =>
  reason !== null ? 'refused' : `${phase}${access === 'read' ? ', read only' : ''}`;

export async function syncStatus(host: Host, flags: GlobalFlags): Promise<void> {
  const api = await connect(host, flags.server === undefined ? { ...flags, desktop: flags.desktop ?? true } : flags);
  const report = await api.call((client) => client.sync.report.query());
  if (flags.json) {
    host.print(json(report));
    return;
  }
  const now = host.clock.now();
  const { status, shards, refusals, journal } = report;
  const waiting = status.pending === 0 ? 'nothing waits' : plural(status.pending, 'change waits', 'changes wait');
  host.print(`${paint(host, status.state === 'live' ? 'green' : 'yellow', STATES[status.state])} · ${waiting}\n`);
  if (status.reason !== null) host.print(`${status.reason}\n`);
  host.print(`Last fully synced ${ago(status.lastSyncedAt, now)} · ${size(journal.bytes)} on this device\n\n`);
  host.print(
    table<TitledShard>(
      [
        { title: 'Part', cell: (one) => one.title },
        { title: 'State', cell: standing },
        { title: 'Waits', right: true, cell: (one) => one.pending },
        { title: 'Last ack', right: true, cell: (one) => ago(one.lastAckAt, now) },
        { title: 'Size', right: true, cell: (one) => size(one.bytes) },
        { title: 'Frames', right: true, cell: (one) => one.frames },
        { title: 'Begun anew', right: true, cell: (one) => ago(one.begunAt, now) },
        { title: 'With', cell: (one) => [...new Set(one.peers.map(({ name }) => name))].join(', ') },
      ],
      shards,
    ),
  );
  for (const { title, reason } of shards) {
    if (reason !== null) host.print(`\n${paint(host, 'red', title)}: ${reason}\n`);
  }
  if (refusals.length > 0) host.print(`\n${paint(host, 'red', 'Refused')}\n`);
  for (const { at, title, rule, message } of refusals) {
    host.print(`  ${ago(at, now)}  ${title}: ${message} [${rule}]\n`);
  }
}
