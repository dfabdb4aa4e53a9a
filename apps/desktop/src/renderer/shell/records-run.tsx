/** Something worked out over every patient's record when somebody asks: how far it is, a way to end it, then the answer. */
import type { RecordsProgress } from '@fieldfare/domain';
import { Button, Progress } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { plural } from '../lib/format.ts';
import { problemsText } from '../lib/problems.ts';
import { type Callbacks, useFeed } from '../lib/use-feed.ts';
import classes from './records-run.module.css';

interface Run<Answer> {
  /** Must be stable: another one starts over. */
  readonly subscribe: (callbacks: Callbacks<RecordsProgress | Answer>) => { unsubscribe(): void };
  readonly children: (answer: Answer) => ReactNode;
}

function Running<Answer extends { readonly type: string }>(props: Run<Answer> & { readonly onCancel: () => void }) {
  const { value, problems } = useFeed<RecordsProgress | Answer>(props.subscribe);
  if (problems.length > 0) return <p role="alert">{problemsText(problems)}</p>;
  if (value !== null && value.type !== 'progress') return props.children(value as Answer);
  const { done, total } = (value as RecordsProgress | null) ?? { done: 0, total: 0 };
  return (
    <div className={classes.running}>
      <Progress value={total === 0 ? 0 : (done / total) * 100} size="sm" aria-label="Records read" />
      <span className={classes.count}>
        {done} of {plural(total, 'record')}
      </span>
      <Button variant="default" onClick={props.onCancel}>
        Cancel
      </Button>
    </div>
  );
}

export function RecordsRun<Answer extends { readonly type: string }>(props: Run<Answer> & { readonly ask: string }) {
  const [asked, setAsked] = useState(false);
  if (asked) return <Running {...props} onCancel={() => setAsked(false)} />;
  return (
    <div>
      <Button variant="default" onClick={() => setAsked(true)}>
        {props.ask}
      </Button>
    </div>
  );
}
