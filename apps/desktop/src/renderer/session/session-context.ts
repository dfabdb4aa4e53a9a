/** What the screens of an open session share beyond the app context: the worker's client. */
import { createContext, use } from 'react';
import type { OrgView } from '../board/source.ts';
import type { AppContextValue } from '../shell/app-context.tsx';
import type { Workspace } from './workspace.ts';

export interface Session {
  readonly workspace: Workspace;
  readonly org: OrgView;
  readonly base: Omit<AppContextValue, 'goTo' | 'org'>;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('no session around this route');
  return session;
}
