/** Which screen there is: an obstacle, sign-in, unlock, or the open session. */
import type { Problem } from '@fieldfare/kernel';
import type { Profile, SessionInfo } from '@fieldfare/workspace';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { findHost } from '../host.ts';
import { problemsText } from '../lib/problems.ts';
import { Obstacle } from './gate.tsx';
import { SignIn } from './sign-in.tsx';
import { Unlock } from './unlock.tsx';
import { startWorkspace } from './workspace.ts';

type Screen =
  | { readonly kind: 'starting' }
  | { readonly kind: 'obstacle'; readonly problems: readonly Problem[] }
  | { readonly kind: 'crashed' }
  | { readonly kind: 'sign-in'; readonly profiles: readonly Profile[] }
  | { readonly kind: 'unlock'; readonly profiles: readonly Profile[] }
  | { readonly kind: 'open'; readonly session: SessionInfo };

const host = findHost();

/** Most of the application: read when the first screen stands, so that it is there when a password has been typed. */
const openSession = () => import('./open-session.tsx');
const OpenSession = lazy(async () => ({ default: (await openSession()).OpenSession }));

export function SessionRoot() {
  const [screen, setScreen] = useState<Screen>({ kind: 'starting' });
  const [workspace] = useState(() => startWorkspace(() => setScreen({ kind: 'crashed' })));

  const choose = useCallback(async (): Promise<void> => {
    const available = await workspace.host.availability();
    if (!available.ok) return setScreen({ kind: 'obstacle', problems: available.problems });
    const session = await workspace.host.session();
    if (session) return setScreen({ kind: 'open', session });
    const profiles = await workspace.host.profiles();
    setScreen({ kind: profiles.length > 0 ? 'unlock' : 'sign-in', profiles });
  }, [workspace]);

  useEffect(() => void choose(), [choose]);

  const stands = screen.kind !== 'starting';
  useEffect(() => {
    if (stands) requestAnimationFrame(() => setTimeout(() => openSession().catch(ignore)));
  }, [stands]);

  const open = (session: SessionInfo): void => setScreen({ kind: 'open', session });
  const lock = useCallback(async (): Promise<void> => {
    await workspace.host.lock();
    await choose();
  }, [workspace, choose]);
  const signOut = useCallback(async (): Promise<void> => {
    await workspace.host.signOut();
    setScreen({ kind: 'sign-in', profiles: await workspace.host.profiles() });
  }, [workspace]);

  switch (screen.kind) {
    case 'starting':
      return null;
    case 'crashed':
      return (
        <Obstacle
          title="Fieldfare stopped"
          text="Its background part could not go on. What was saved is safe on this device; reload to continue."
          onRetry={() => location.reload()}
        />
      );
    case 'obstacle': {
      const busy = screen.problems[0]?.code === 'busy';
      return (
        <Obstacle
          title={busy ? 'Fieldfare is already open' : 'This device cannot be used yet'}
          text={
            busy
              ? 'It is open in another window or tab. Only one may write at a time, so that no edit is lost: close the other one, then try again.'
              : problemsText(screen.problems)
          }
          onRetry={() => void choose()}
        />
      );
    }
    case 'sign-in':
      return (
        <SignIn
          workspace={workspace}
          host={host}
          profiles={screen.profiles}
          onOpen={open}
          onBack={screen.profiles.length > 0 ? () => setScreen({ kind: 'unlock', profiles: screen.profiles }) : null}
        />
      );
    case 'unlock':
      return (
        <Unlock
          workspace={workspace}
          profiles={screen.profiles}
          onOpen={open}
          onOther={() => setScreen({ kind: 'sign-in', profiles: screen.profiles })}
        />
      );
    case 'open':
      return (
        <Suspense fallback={null}>
          <OpenSession workspace={workspace} host={host} session={screen.session} onLock={lock} onSignOut={signOut} />
        </Suspense>
      );
  }
}

/** Told where it is needed. */
const ignore = (): void => undefined;
