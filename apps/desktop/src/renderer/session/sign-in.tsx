/** First sign-in on this device, or as somebody else: needs the server. */
import type { Problem, Result } from '@fieldfare/kernel';
import type { Profile, SessionInfo } from '@fieldfare/workspace';
import { Button, Collapse, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Host } from '../host.ts';
import { problemsText } from '../lib/problems.ts';
import { Gate } from './gate.tsx';
import classes from './session.module.css';
import type { Workspace } from './workspace.ts';

interface SignInProps {
  readonly workspace: Workspace;
  readonly host: Host;
  readonly profiles: readonly Profile[];
  readonly onOpen: (session: SessionInfo) => void;
  /** Back to the working copies on this device, when there are any. */
  readonly onBack: (() => void) | null;
}

export function SignIn({ workspace, host, profiles, onOpen, onBack }: SignInProps) {
  const [serverUrl, setServerUrl] = useState(() => profiles[0]?.serverUrl ?? host.serverUrl());
  const [serverShown, setServerShown] = useState(serverUrl === '');
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly Problem[]>([]);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setProblems([]);
    const result: Result<SessionInfo> = await workspace.host.signIn({
      serverUrl: serverUrl.replace(/\/+$/, ''),
      login: login.trim().toLowerCase(),
      password,
      deviceName: host.deviceName(),
    });
    setBusy(false);
    if (result.ok) onOpen(result.value);
    else setProblems(result.problems);
  }

  return (
    <Gate
      title="Sign in"
      lead="The first sign-in on a device needs the network; after that your weeks are here without one."
    >
      <form className={classes.form} onSubmit={(event) => void submit(event)}>
        <TextInput
          label="User name"
          size="sm"
          autoComplete="username"
          autoFocus
          required
          withAsterisk={false}
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          size="sm"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Collapse expanded={serverShown}>
          <TextInput
            label="Server"
            size="sm"
            type="url"
            placeholder="https://fieldfare.example.org"
            required={serverShown}
            withAsterisk={false}
            value={serverUrl}
            onChange={(event) => setServerUrl(event.currentTarget.value)}
          />
        </Collapse>
        {problems.length > 0 && (
          <p className={classes.problem} role="alert">
            {problemsText(problems)}
          </p>
        )}
        <Button type="submit" size="sm" fullWidth loading={busy}>
          Sign in
        </Button>
        {!serverShown && (
          <button type="button" className={classes.quiet} onClick={() => setServerShown(true)}>
            Server: {serverUrl.replace(/^https?:\/\//, '')}
          </button>
        )}
        {onBack && (
          <button type="button" className={classes.quiet} onClick={onBack}>
            Back to the accounts on this device
          </button>
        )}
      </form>
    </Gate>
  );
}
