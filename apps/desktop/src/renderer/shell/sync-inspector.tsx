/** Everything about the link to the server, for whoever looks for a fault: shard by shard, and what was refused and why. */
import type { TitledReport, TitledShard } from '@fieldfare/domain';
import type { Problem } from '@fieldfare/kernel';
import { Button, Drawer, Loader, TextInput } from '@mantine/core';
import { IconRefresh, IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { ago, plural, sentence } from '../lib/format.ts';
import { problemsText } from '../lib/problems.ts';
import { useApp } from './app-context.tsx';
import classes from './sync-inspector.module.css';

const REFRESH_MS = 1_500;

const PHASES: Readonly<Record<TitledShard['phase'], string>> = {
  wanted: 'waits its turn',
  opening: 'opening',
  syncing: 'exchanging',
  synced: 'in step',
  refused: 'refused',
};

function standing({ phase, access, reason }: TitledShard): { readonly word: string; readonly tone: string } {
  if (reason !== null) return { word: 'refused', tone: 'bad' };
  if (phase !== 'synced') return { word: PHASES[phase], tone: 'waiting' };
  return { word: access === 'read' ? 'in step, read only' : PHASES.synced, tone: 'good' };
}

/** 1,234,567 → "1.2 MB" */
function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

const sizeWords = ({ frames, begunAt }: TitledShard, now: number): string =>
  begunAt === null ? plural(frames, 'frame') : `${plural(frames, 'frame')}, begun anew ${ago(begunAt, now)}`;

function Row({ shard, now }: { readonly shard: TitledShard; readonly now: number }) {
  const { word, tone } = standing(shard);
  const with_ = [...new Set(shard.peers.map(({ name }) => name))];
  return (
    <tr data-shard={shard.shard} data-tone={tone}>
      <th scope="row" title={shard.shard}>
        {shard.title}
        {shard.reason !== null && <span className={classes.reason}>{sentence(shard.reason)}</span>}
        {with_.length > 0 && <span className={classes.peers}>with {with_.join(', ')}</span>}
      </th>
      <td>
        <span className={classes.state} data-tone={tone}>
          {word}
        </span>
      </td>
      <td className={classes.number}>{shard.pending === 0 ? '–' : <b>{shard.pending}</b>}</td>
      <td className={classes.number}>{shard.lastAckAt === null ? '–' : ago(shard.lastAckAt, now)}</td>
      <td className={classes.number} title={sizeWords(shard, now)}>
        {size(shard.bytes)}
      </td>
    </tr>
  );
}

function Figures({ report, now }: { readonly report: TitledReport; readonly now: number }) {
  const { status, journal, shards, refusals } = report;
  const inStep = shards.filter(({ phase, reason }) => phase === 'synced' && reason === null).length;
  const facts: readonly (readonly [string, string, boolean?])[] = [
    ['Waiting to be sent', plural(status.pending, 'change'), status.pending > 0],
    ['In step', `${inStep} of ${shards.length}`],
    ['Last fully synced', status.lastSyncedAt === null ? 'never here' : ago(status.lastSyncedAt, now)],
    ['On this device', `${size(journal.bytes)}, ${plural(journal.frames, 'frame')}`],
    ['Refused', refusals.length === 0 ? 'nothing' : plural(refusals.length, 'time'), refusals.length > 0],
  ];
  return (
    <dl className={classes.figures}>
      {facts.map(([label, value, attention]) => (
        <div key={label} data-attention={attention || undefined}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Refusals({ report, now }: { readonly report: TitledReport; readonly now: number }) {
  const { source } = useApp();
  if (report.refusals.length === 0) return null;
  const standing = report.shards.some(({ reason }) => reason !== null);
  return (
    <section>
      <div className={classes.bar}>
        <h3 className={classes.heading}>Refused</h3>
        {standing && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconRefresh size={13} />}
            onClick={() => void source.retryNow()}
          >
            Retry now
          </Button>
        )}
      </div>
      <ul className={classes.refusals}>
        {report.refusals.map(({ at, shard, title, rule, message }, index) => (
          <li key={`${at} ${shard} ${index}`}>
            <span className={classes.when}>{ago(at, now)}</span>
            <span>
              <b>{title}</b> {sentence(message)} <code>{rule}</code>
            </span>
          </li>
        ))}
      </ul>
      <p className={classes.kept}>Nothing refused is lost: it stays on this device and counts as waiting.</p>
    </section>
  );
}

function useReport(opened: boolean): {
  readonly report: TitledReport | null;
  readonly problems: readonly Problem[];
  readonly now: number;
} {
  const { source, clock } = useApp();
  const [report, setReport] = useState<TitledReport | null>(null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    if (!opened) return;
    let here = true;
    const read = async (): Promise<void> => {
      const answer = await source.syncReport();
      if (!here) return;
      setNow(clock.now());
      if (answer.ok) setReport(answer.value);
      setProblems(answer.ok ? [] : answer.problems);
    };
    void read();
    const timer = setInterval(() => void read(), REFRESH_MS);
    return () => {
      here = false;
      clearInterval(timer);
    };
  }, [opened, source, clock]);
  return { report, problems, now };
}

export function SyncInspector({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const { report, problems, now } = useReport(opened);
  const [wanted, setWanted] = useState('');
  const shown = report?.shards.filter(({ title }) => title.toLowerCase().includes(wanted.trim().toLowerCase())) ?? [];
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={640}
      title="Sync in detail"
      overlayProps={{ backgroundOpacity: 0.25 }}
      classNames={{ title: classes.title ?? '' }}
      closeButtonProps={{ 'aria-label': 'Close sync details' }}
    >
      {problems.length > 0 && <p className={classes.problem}>{problemsText(problems)}</p>}
      {report === null ? (
        <Loader size="sm" />
      ) : (
        <div className={classes.body} data-testid="sync-inspector">
          {report.status.reason !== null && <p className={classes.problem}>{sentence(report.status.reason)}</p>}
          <Figures report={report} now={now} />
          <Refusals report={report} now={now} />
          <section>
            <div className={classes.bar}>
              <h3 className={classes.heading}>Parts of the data</h3>
              <TextInput
                size="xs"
                aria-label="Find a part"
                placeholder="Week, region…"
                leftSection={<IconSearch size={13} />}
                value={wanted}
                onChange={(event) => setWanted(event.currentTarget.value)}
              />
            </div>
            <table className={classes.table}>
              <thead>
                <tr>
                  <th scope="col">Part</th>
                  <th scope="col">State</th>
                  <th scope="col" className={classes.number}>
                    Waiting
                  </th>
                  <th scope="col" className={classes.number}>
                    Last ack
                  </th>
                  <th scope="col" className={classes.number}>
                    Size
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.map((shard) => (
                  <Row key={shard.shard} shard={shard} now={now} />
                ))}
              </tbody>
            </table>
            {shown.length === 0 && <p className={classes.kept}>Nothing here is called that.</p>}
          </section>
        </div>
      )}
    </Drawer>
  );
}
