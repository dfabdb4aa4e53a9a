/** What stands around every screen of an open session: the rail, notices that concern all of it, the shortcuts list. */
import { CloseButton } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useApp } from './app-context.tsx';
import { type Places, Rail } from './rail.tsx';
import classes from './shell.module.css';
import { Shortcuts } from './shortcuts.tsx';

export function Frame({
  children,
  places,
  onImport,
}: {
  readonly children: ReactNode;
  readonly places: Places;
  readonly onImport: (() => void) | null;
}) {
  const { lock, storageAtRisk, dismissStorageNotice } = useApp();
  const [help, setHelp] = useState(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'l') {
        event.preventDefault();
        lock();
      } else if (event.key === '?' && !(event.target as Element).closest('input, textarea')) setHelp(true);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [lock]);
  return (
    <div className={classes.frame}>
      <Rail places={places} onImport={onImport} onShortcuts={() => setHelp(true)} />
      <div className={classes.page}>
        {storageAtRisk && (
          <div className={classes.notice} role="status">
            This browser may clear changes that are not sent yet when the disk runs low. Allow this site to store data,
            or use the desktop app.
            <span className={classes.grow} />
            <CloseButton size="xs" aria-label="Dismiss" onClick={dismissStorageNotice} />
          </div>
        )}
        {children}
      </div>
      <Shortcuts opened={help} onClose={() => setHelp(false)} />
    </div>
  );
}
