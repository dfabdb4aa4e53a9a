/** An open working copy: waits for the organisation's data, then routes between weeks. */
import { systemClock, weekAt } from '@fieldfare/kernel';
import type { SessionInfo } from '@fieldfare/workspace';
import { Loader } from '@mantine/core';
import { useIdle } from '@mantine/hooks';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
  useNavigate,
} from '@tanstack/react-router';
import { createContext, use, useEffect, useMemo, useState } from 'react';
import type { OrgView, WorkSource } from '../board/source.ts';
import { WeekPage } from '../board/week-page.tsx';
import type { Host } from '../host.ts';
import { ImportDialog } from '../imports/import-dialog.tsx';
import { type AppContextValue, AppProvider } from '../shell/app-context.tsx';
import { Frame } from '../shell/frame.tsx';
import { Gate } from './gate.tsx';
import { createWorkSource } from './work-source.ts';
import type { Workspace } from './workspace.ts';

/** Left alone this long, the working copy locks itself. */
const IDLE_LOCK_MS = 15 * 60_000;

interface Session {
  readonly workspace: Workspace;
  readonly org: OrgView;
  readonly base: Omit<AppContextValue, 'goTo' | 'org'>;
}

const SessionContext = createContext<Session | null>(null);

function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('no session around this route');
  return session;
}

/** The first region of the organisation, in its own current week. */
function firstWeek(org: OrgView): { regionId: string; week: string } {
  const [region] = org.regions;
  if (!region) throw new Error('an open session has a region');
  return { regionId: region.id, week: weekAt(systemClock.now(), region.zone) };
}

function Home() {
  const { org } = useSession();
  const navigate = useNavigate();
  useEffect(
    () => void navigate({ to: '/week/$regionId/$week', params: firstWeek(org), replace: true }),
    [navigate, org],
  );
  return null;
}

function WeekScreen() {
  const { workspace, org, base } = useSession();
  const params = weekRoute.useParams();
  const navigate = useNavigate();
  const [importing, setImporting] = useState(false);
  // An address of a region that is not ours (an old link, another account) leads home instead of to an error.
  const known = org.regions.some(({ id }) => id === params.regionId) && /^\d{4}-W\d{2}$/.test(params.week);
  const { regionId, week } = known ? params : firstWeek(org);
  const value = useMemo<AppContextValue>(
    () => ({
      ...base,
      org,
      goTo: (toRegion, toWeek) =>
        void navigate({ to: '/week/$regionId/$week', params: { regionId: toRegion, week: toWeek } }),
    }),
    [base, org, navigate],
  );
  return (
    <AppProvider value={value}>
      <Frame onImport={() => setImporting(true)}>
        <WeekPage regionId={regionId} week={week} />
      </Frame>
      <ImportDialog
        client={workspace.client}
        region={org.regions.find(({ id }) => id === regionId) ?? null}
        opened={importing}
        onClose={() => setImporting(false)}
      />
    </AppProvider>
  );
}

const rootRoute = createRootRouteWithContext()({ component: Outlet, notFoundComponent: Home });
const homeRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', component: Home });
const weekRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/week/$regionId/$week',
  component: WeekScreen,
});
const router = createRouter({ routeTree: rootRoute.addChildren([homeRoute, weekRoute]) });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

/** The organisation; asks again as sync moves until it has a region to show. */
function useOrg(source: WorkSource): OrgView | null {
  const [org, setOrg] = useState<OrgView | null>(null);
  useEffect(() => {
    if (org) return;
    let over = false;
    let asking = false;
    let askAgain = false;
    const ask = async (): Promise<void> => {
      askAgain = asking;
      if (asking) return;
      asking = true;
      const result = await source.org();
      asking = false;
      if (over) return;
      if (result.ok && result.value.regions.length > 0) setOrg(result.value);
      else if (askAgain) void ask();
    };
    void ask();
    const stop = source.sync({ onData: () => void ask(), onProblem: () => {} });
    return () => {
      over = true;
      stop();
    };
  }, [source, org]);
  return org;
}

export function OpenSession(props: {
  readonly workspace: Workspace;
  readonly host: Host;
  readonly session: SessionInfo;
  readonly onLock: () => Promise<void>;
  readonly onSignOut: () => Promise<void>;
}) {
  const { workspace, host, session, onLock, onSignOut } = props;
  const source = useMemo(() => createWorkSource(workspace.client), [workspace]);
  const org = useOrg(source);
  const [storageAtRisk, setStorageAtRisk] = useState(false);
  const idle = useIdle(IDLE_LOCK_MS, { initialState: false });
  useEffect(() => {
    if (idle) void onLock();
  }, [idle, onLock]);
  useEffect(() => void host.persistStorage().then((kept) => setStorageAtRisk(!kept)), [host]);
  const base = useMemo(
    () => ({
      source,
      user: { name: session.principal.name, login: session.profile.login },
      clock: systemClock,
      storageAtRisk,
      lock: () => void onLock(),
      signOut: () => void onSignOut(),
    }),
    [source, session, storageAtRisk, onLock, onSignOut],
  );
  const shared = useMemo(() => (org ? { workspace, org, base } : null), [workspace, org, base]);
  if (!shared) {
    return (
      <Gate
        title="Opening your weeks"
        lead={
          session.offline
            ? 'Reading the copy on this device.'
            : 'Fetching the organisation from the server. This happens once.'
        }
      >
        <Loader size="sm" />
      </Gate>
    );
  }
  return (
    <SessionContext value={shared}>
      <RouterProvider router={router} />
    </SessionContext>
  );
}
