/** Catches what should not happen while drawing. Data is safe in the worker: drawing again is always allowed. */
import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import classes from './shell.module.css';

interface State {
  readonly failed: boolean;
}

export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { failed: false };

  static getDerivedStateFromError(): State {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div className={classes.broken} role="alert">
        <h1>This screen stopped working</h1>
        <p>Nothing that was saved is lost: your changes are on this device.</p>
        <Button size="sm" onClick={() => this.setState({ failed: false })}>
          Show it again
        </Button>
        <Button size="sm" variant="default" onClick={() => location.reload()}>
          Reload the app
        </Button>
      </div>
    );
  }
}
