/** Opens a working copy that is on this device already, with or without a network. */
import type { Problem } from '@fieldfare/kernel';
import type { Profile, SessionInfo } from '@fieldfare/workspace';
import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { initials } from '../lib/format.ts';
import { problemsText } from '../lib/problems.ts';
import { Gate } from './gate.tsx';
import classes from './session.module.css';
import type { Workspace } from './workspace.ts';

interface UnlockProps {
  readonly workspace: Workspace;
  readonly profiles: readonly Profile[];
  readonly onOpen: (session: SessionInfo) => void;
  readonly onOther: () => void;
}

export function Unlock({ workspace, profiles, onOpen, onOther }: UnlockProps) {
  const [profileId, setProfileId] = useState(profiles[0]?.id ?? '');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const chosen = profiles.find(({ id }) => id === profileId);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setProblems([]);
    const result = await workspace.host.unlock({ profileId, password });
    setBusy(false);
    if (result.ok) onOpen(result.value);
    else {
      setPassword('');
      setProblems(result.problems);
    }
  }

  return (
    <Gate
      title={`Welcome back${chosen ? `, ${chosen.name.split(' ')[0]}` : ''}`}
      lead="Locked. Your password opens the copy on this device; no network is needed."
    >
      <form className={classes.form} onSubmit={(event) => void submit(event)}>
        {profiles.map((profile) => (
          <button
            key={profile.id}
            type="button"
            className={classes.profile}
            aria-pressed={profile.id === profileId}
            onClick={() => setProfileId(profile.id)}
          >
            <span className={classes.avatar}>{initials(profile.name)}</span>
            <span>
              <strong>{profile.name}</strong>
              <small>{profile.organisation}</small>
            </span>
          </button>
        ))}
        <input type="text" autoComplete="username" value={chosen?.login ?? ''} readOnly hidden />
        <PasswordInput
          label="Password"
          size="sm"
          autoComplete="current-password"
          autoFocus
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {problems.length > 0 && (
          <p className={classes.problem} role="alert">
            {problemsText(problems)}
          </p>
        )}
        <Button type="submit" size="sm" fullWidth loading={busy}>
          Unlock
        </Button>
        <button type="button" className={classes.quiet} onClick={onOther}>
          Sign in with another account
        </button>
      </form>
    </Gate>
  );
}
