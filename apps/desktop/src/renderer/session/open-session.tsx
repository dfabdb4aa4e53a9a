/** An open working copy: waits for the organisation's data, then routes between weeks and patients. */
import { isIsoWeek, systemClock, weekAt } from '@fieldfare/kernel';
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
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import type { OrgView, WorkSource } from '../board/source.ts';
import { WeekPage } from '../board/week-page.tsx';
import type { Host } from '../host.ts';
import { ImportDialog } from '../imports/import-dialog.tsx';
import { OutcomesPage } from '../outcomes/outcomes-page.tsx';
import { PartnersPage } from '../partners/partners-page.tsx';
import { CaseloadPage } from '../patients/caseload-page.tsx';
import { PatientPage } from '../patients/patient-page.tsx';
import { FIRST_TAB } from '../patients/tabs.ts';
import { type AppContextValue, AppProvider } from '../shell/app-context.tsx';
import { Frame } from '../shell/frame.tsx';
import type { Places } from '../shell/rail.tsx';
import { PersonPage } from '../staff/person-page.tsx';
import { StaffPage } from '../staff/staff-page.tsx';
import { Gate } from './gate.tsx';
import { SessionContext, useSession } from './session-context.ts';
import { createWorkSource } from './work-source.ts';
import type { Workspace } from './workspace.ts';

/** Left alone this long, the working copy locks itself. */
const IDLE_LOCK_MS = 15 * 60_000;

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
  const { workspace, org } = useSession();
  const params = weekRoute.useParams();
  const [importing, setImporting] = useState(false);
  // An address of a region that is not ours (an old link, another account) leads home instead of to an error.
  const known = org.regions.some(({ id }) => id === params.regionId) && isIsoWeek(params.week);
  const { regionId, week } = known ? params : firstWeek(org);
  return (
    <PlaceFrame current="week" regionId={regionId} onImport={() => setImporting(true)}>
      <WeekPage regionId={regionId} week={week} />
      <ImportDialog
        client={workspace.client}
        region={org.regions.find(({ id }) => id === regionId) ?? null}
        opened={importing}
        onClose={() => setImporting(false)}
      />
    </PlaceFrame>
  );
}

/** The way to each place of the region one is in. */
function usePlaces(regionId: string): Places['go'] {
  const { org } = useSession();
  const navigate = useNavigate();
  return (place) => {
    const week = weekOf(org, regionId);
    if (place === 'patients') void navigate({ to: '/patients/$regionId', params: { regionId } });
    else if (place === 'staff') void navigate({ to: '/staff/$regionId', params: { regionId } });
    else if (place === 'outcomes') void navigate({ to: '/outcomes/$regionId/$week', params: { regionId, week } });
    else void navigate({ to: '/week/$regionId/$week', params: { regionId, week } });
  };
}

/** Around every screen: the same frame, and the ways to elsewhere in the region one is in. */
function PlaceFrame(props: {
  readonly current: Places['current'];
  readonly regionId: string;
  readonly onImport?: () => void;
  readonly children: ReactNode;
}) {
  const { current, regionId, onImport = null, children } = props;
  const { org, base } = useSession();
  const navigate = useNavigate();
  const value = useMemo<AppContextValue>(
    () => ({
      ...base,
      org,
      goTo: (toRegion, toWeek) =>
        void navigate({ to: '/week/$regionId/$week', params: { regionId: toRegion, week: toWeek } }),
    }),
    [base, org, navigate],
  );
  const places: Places = { current, go: usePlaces(regionId) };
  return (
    <AppProvider value={value}>
      <Frame places={places} onImport={onImport}>
        {children}
      </Frame>
    </AppProvider>
  );
}

/** The region of the address, or the first one where the address names none of ours. */
const regionIn = (org: OrgView, regionId: string): string =>
  org.regions.some(({ id }) => id === regionId) ? regionId : firstWeek(org).regionId;

const zoneOf = (org: OrgView, regionId: string): string => org.regions.find(({ id }) => id === regionId)?.zone ?? 'UTC';

const weekOf = (org: OrgView, regionId: string): string => weekAt(systemClock.now(), zoneOf(org, regionId));

function PatientsScreen() {
  const { workspace, org } = useSession();
  const navigate = useNavigate();
  const regionId = regionIn(org, patientsRoute.useParams().regionId);
  return (
    <PlaceFrame current="patients" regionId={regionId}>
      <CaseloadPage
        key={regionId}
        client={workspace.client}
        regionId={regionId}
        onRegion={(id) => void navigate({ to: '/patients/$regionId', params: { regionId: id } })}
        onOpen={(patientId) =>
          void navigate({
            to: '/patients/$regionId/$patientId/$tab',
            params: { regionId, patientId, tab: FIRST_TAB },
          })
        }
      />
    </PlaceFrame>
  );
}

function PatientScreen() {
  const { workspace, org } = useSession();
  const navigate = useNavigate();
  const { regionId: asked, patientId, tab } = patientRoute.useParams();
  const regionId = regionIn(org, asked);
  return (
    <PlaceFrame current="patients" regionId={regionId}>
      <PatientPage
        key={`${regionId} ${patientId}`}
        client={workspace.client}
        regionId={regionId}
        patientId={patientId}
        tab={tab}
        onBack={() => void navigate({ to: '/patients/$regionId', params: { regionId } })}
        onTab={(next) =>
          void navigate({
            to: '/patients/$regionId/$patientId/$tab',
            params: { regionId, patientId, tab: next },
            replace: true,
          })
        }
      />
    </PlaceFrame>
  );
}

function StaffScreen() {
  const { workspace, org } = useSession();
  const navigate = useNavigate();
  const regionId = regionIn(org, staffRoute.useParams().regionId);
  return (
    <PlaceFrame current="staff" regionId={regionId}>
      <StaffPage
        key={regionId}
        client={workspace.client}
        regionId={regionId}
        onRegion={(id) => void navigate({ to: '/staff/$regionId', params: { regionId: id } })}
        onOpen={(id) => void navigate({ to: '/staff/$regionId/$staffId', params: { regionId, staffId: id ?? NEW } })}
        onPartners={() => void navigate({ to: '/partners/$regionId', params: { regionId } })}
      />
    </PlaceFrame>
  );
}

function PartnersScreen() {
  const { workspace, org } = useSession();
  const navigate = useNavigate();
  const regionId = regionIn(org, partnersRoute.useParams().regionId);
  return (
    <PlaceFrame current="staff" regionId={regionId}>
      <PartnersPage
        client={workspace.client}
        onBack={() => void navigate({ to: '/staff/$regionId', params: { regionId } })}
      />
    </PlaceFrame>
  );
}

/** In an address, in place of an id. */
const NEW = 'new';

function PersonScreen() {
  const { workspace, org } = useSession();
  const navigate = useNavigate();
  const { regionId: asked, staffId } = personRoute.useParams();
  const regionId = regionIn(org, asked);
  return (
    <PlaceFrame current="staff" regionId={regionId}>
      <PersonPage
        key={`${regionId} ${staffId}`}
        client={workspace.client}
        regionId={regionId}
        staffId={staffId === NEW ? null : staffId}
        onBack={() => void navigate({ to: '/staff/$regionId', params: { regionId } })}
        onPerson={(id) =>
          void navigate({ to: '/staff/$regionId/$staffId', params: { regionId, staffId: id }, replace: true })
        }
        onPatient={(patientId) =>
          void navigate({
            to: '/patients/$regionId/$patientId/$tab',
            params: { regionId, patientId, tab: FIRST_TAB },
          })
        }
      />
    </PlaceFrame>
  );
}

function OutcomesScreen() {
  const { workspace, org } = useSession();
  const navigate = useNavigate();
  const { regionId: asked, week } = outcomesRoute.useParams();
  const regionId = regionIn(org, asked);
  const thisWeek = weekOf(org, regionId);
  const show = (toRegion: string, toWeek: string): void =>
    void navigate({ to: '/outcomes/$regionId/$week', params: { regionId: toRegion, week: toWeek } });
  return (
    <PlaceFrame current="outcomes" regionId={regionId}>
      <OutcomesPage
        client={workspace.client}
        regionId={regionId}
        zone={zoneOf(org, regionId)}
        thisWeek={thisWeek}
        week={isIsoWeek(week) ? week : thisWeek}
        onRegion={(id) => show(id, week)}
        onWeek={(to) => show(regionId, to)}
        onBoard={(to) => void navigate({ to: '/week/$regionId/$week', params: { regionId, week: to } })}
      />
    </PlaceFrame>
  );
}

const rootRoute = createRootRouteWithContext()({ component: Outlet, notFoundComponent: Home });
const homeRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', component: Home });
const weekRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/week/$regionId/$week',
  component: WeekScreen,
});
const patientsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/patients/$regionId',
  component: PatientsScreen,
});
const patientRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/patients/$regionId/$patientId/$tab',
  component: PatientScreen,
});
const staffRoute = createRoute({ getParentRoute: () => rootRoute, path: '/staff/$regionId', component: StaffScreen });
const personRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/staff/$regionId/$staffId',
  component: PersonScreen,
});
const partnersRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/partners/$regionId',
  component: PartnersScreen,
});
const outcomesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/outcomes/$regionId/$week',
  component: OutcomesScreen,
});
const router = createRouter({
  routeTree: rootRoute.addChildren([
    homeRoute,
    weekRoute,
    patientsRoute,
    patientRoute,
    staffRoute,
    personRoute,
    partnersRoute,
    outcomesRoute,
  ]),
});

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
      dismissStorageNotice: () => setStorageAtRisk(false),
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
