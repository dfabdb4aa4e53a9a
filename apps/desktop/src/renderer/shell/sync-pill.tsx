/** Where sync stands, truthfully: a word, what still waits, when all was last safe on the server. */

import type { SyncState, SyncStatus } from '@fieldfare/sync';
import { Button, Popover, VisuallyHidden } from '@mantine/core';
import { IconListSearch, IconRefresh } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { WorkSource } from '../board/source.ts';
import { ago, plural, sentence } from '../lib/format.ts';
import { useApp } from './app-context.tsx';
import classes from './shell.module.css';
import { SyncInspector } from './sync-inspector.tsx';

export const SYNC_WORDS: Readonly<Record<SyncState, string>> = {
  offline: 'Offline',
  connecting: 'Connecting',
  'catching-up': 'Catching up',
  live: 'Live',
  refused: 'Refused',
};

const ABOUT: Readonly<Record<SyncState, string>> = {
  offline: 'No connection to the server. Everything works here; changes wait and go out when it is back.',
  connecting: 'Reaching the server.',
  'catching-up': 'Connected: exchanging what changed on both sides.',
  live: 'Connected: changes travel as they are made.',
  refused: 'The server does not accept this session. Changes stay safe on this device.',
};

const PARTLY =
  'Connected, but the server does not accept part of the data. What waits there stays safe on this device.';

function useSync(source: WorkSource): SyncStatus | null {
  const [status, setStatus] = useState<SyncStatus | null>(null);
  useEffect(() => source.sync({ onData: setStatus, onProblem: () => {} }), [source]);
  return status;
}

export function SyncPill() {
  const { source, clock } = useApp();
  const status = useSync(source);
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(clock.now()), 5000);
    return () => clearInterval(timer);
  }, [clock]);
  const state = status?.state ?? 'connecting';
  const pending = status?.pending ?? 0;
  const last = status?.lastSyncedAt ?? null;
  const refused = status?.refusedShards ?? [];
  // While live, only what was refused waits for somebody: the rest is on its way.
  const partly = state === 'live' && refused.length > 0;
  const [open, setOpen] = useState(false);
  const [inspecting, setInspecting] = useState(false);
  return (
    <>
      <Popover width={292} position="bottom-end" shadow="md" radius="lg" opened={open} onChange={setOpen}>
        <Popover.Target>
          <button
            type="button"
            className={classes.sync}
            data-sync-state={state}
            data-pending={pending}
            data-attention={partly || undefined}
            data-testid="sync-pill"
            onClick={() => setOpen((was) => !was)}
          >
            <span className={classes.dot} />
            <VisuallyHidden>Sync:</VisuallyHidden> {SYNC_WORDS[state]}
            {partly && ' in part'}
            {pending > 0 && <span className={classes.pending}>{pending}</span>}
            <VisuallyHidden> {pending > 0 ? 'waiting' : 'nothing waiting'}</VisuallyHidden>
            {state !== 'live' && last !== null && <span className={classes.since}>{ago(last, now)}</span>}
          </button>
        </Popover.Target>
        <Popover.Dropdown className={classes.syncDetails ?? ''}>
          <strong>
            {SYNC_WORDS[state]}
            {partly && ' in part'}
          </strong>
          <p>{partly ? PARTLY : ABOUT[state]}</p>
          {status?.reason != null && <p className={classes.reason}>{sentence(status.reason)}</p>}
          <dl>
            <dt>Waiting to be sent</dt>
            <dd>{plural(pending, 'change')}</dd>
            <dt>Last fully synced</dt>
            <dd>{last === null ? 'never on this device' : ago(last, now)}</dd>
            {status?.retryAt != null && (
              <>
                <dt>Next attempt</dt>
                <dd>in {Math.max(0, Math.ceil((status.retryAt - now) / 1000))} s</dd>
              </>
            )}
          </dl>
          {refused.length > 0 && (
            <ul className={classes.reason}>
              {refused.map(({ shard, reason }) => (
                <li key={shard}>{sentence(reason)}</li>
              ))}
            </ul>
          )}
          <div className={classes.syncActions}>
            {(state !== 'live' || partly) && (
              <Button variant="default" leftSection={<IconRefresh size={14} />} onClick={() => void source.retryNow()}>
                Retry now
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<IconListSearch size={14} />}
              onClick={() => {
                setOpen(false);
                setInspecting(true);
              }}
            >
              Details
            </Button>
          </div>
        </Popover.Dropdown>
      </Popover>
      <SyncInspector opened={inspecting} onClose={() => setInspecting(false)} />
    </>
  );
}
