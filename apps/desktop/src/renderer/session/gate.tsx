/** The card in the middle of an otherwise quiet page: signing in, unlocking, and what stands in the way of both. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import mark from '../shell/mark.svg';
import classes from './session.module.css';

export function Gate(props: { readonly title: string; readonly lead: ReactNode; readonly children?: ReactNode }) {
  return (
    <div className={classes.page}>
      <main className={classes.centre}>
        <div className={classes.card}>
          <div className={classes.brand}>
            <img src={mark} alt="" width={28} height={28} />
            Fieldfare
          </div>
          <h1>{props.title}</h1>
          <p className={classes.lead}>{props.lead}</p>
          {props.children}
        </div>
      </main>
      <footer className={classes.foot}>Everything on this device is kept encrypted. Works without a network.</footer>
    </div>
  );
}

/** A second window, a browser without storage, a worker that died: say what it is and offer to try again. */
export function Obstacle(props: { readonly title: string; readonly text: string; readonly onRetry: () => void }) {
  return (
    <Gate title={props.title} lead={props.text}>
      <Button size="sm" fullWidth onClick={props.onRetry}>
        Try again
      </Button>
    </Gate>
  );
}
