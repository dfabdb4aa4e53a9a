/** What stands over every place beside the week board: where one is, and at the end how sync stands. */
import type { Problem } from '@fieldfare/kernel';
import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { problemsText } from '../lib/problems.ts';
import classes from './place-bar.module.css';
import { SyncPill } from './sync-pill.tsx';
import { SyntheticBadge } from './synthetic-badge.tsx';

export function PlaceBar(props: {
  readonly children: ReactNode;
  /** Before the sync pill. */
  readonly end?: ReactNode;
}) {
  return (
    <header className={classes.bar}>
      {props.children}
      <SyntheticBadge />
      <span className={classes.grow} />
      {props.end}
      <SyncPill />
    </header>
  );
}

export const PlaceTitle = ({ children }: { readonly children: ReactNode }) => (
  <h1 className={classes.name}>{children}</h1>
);

/** A word beside the title. */
export const PlaceNote = ({ children }: { readonly children: ReactNode }) => (
  <span className={classes.quiet}>{children}</span>
);

/** In place of what has not come yet: bars, or why it does not come. */
export function Pending({ problems }: { readonly problems: readonly Problem[] }) {
  if (problems.length > 0) {
    return (
      <p className={classes.problem} role="alert">
        {problemsText(problems)}
      </p>
    );
  }
  return (
    <div className={classes.loading} aria-busy="true">
      <Skeleton height={28} />
      <Skeleton height={28} />
      <Skeleton height={28} />
    </div>
  );
}
