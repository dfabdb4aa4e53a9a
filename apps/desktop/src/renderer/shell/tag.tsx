/** A word with a tone. Both schemes keep its contrast at 4.5:1 or more. */
import type { ReactNode } from 'react';
import classes from './tag.module.css';

export function Tag(props: {
  readonly tone: 'good' | 'warn' | 'bad' | 'info' | 'plain';
  readonly children: ReactNode;
}) {
  return (
    <span className={classes.tag} data-tone={props.tone}>
      {props.children}
    </span>
  );
}
