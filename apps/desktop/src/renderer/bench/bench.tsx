/** The board over the fixture. `?size=small` shows an ordinary office; the default is the bench's 200 × 5,000. */
import { createRoot } from 'react-dom/client';
import { WeekPage } from '../board/week-page.tsx';
import { AppProvider } from '../shell/app-context.tsx';
import { Frame } from '../shell/frame.tsx';
import { Providers } from '../shell/providers.tsx';
import { makeBoard, REGION, SERVICES, WEEK } from './fixture.ts';
import { createFixtureSource } from './fixture-source.ts';

const small = new URLSearchParams(location.search).get('size') === 'small';
const board = makeBoard(
  small
    ? { lanes: 40, visits: 600, unscheduled: 0.12, conflicts: true }
    : { lanes: 200, visits: 5000, unscheduled: 0.02, conflicts: false },
);
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <Providers>
      <AppProvider
        value={{
          source: createFixtureSource(board),
          org: {
            organisation: { name: 'Bench agency', synthetic: true },
            regions: [{ id: REGION, name: board.regionName, zone: board.zone, lat: 45.42, lng: -75.69 }],
            serviceTypes: SERVICES,
          },
          user: { name: 'Bench Runner', login: 'bench' },
          clock: { now: () => Date.parse('2026-11-25T15:00:00Z') },
          storageAtRisk: false,
          dismissStorageNotice: () => {},
          lock: () => {},
          signOut: () => {},
          goTo: () => {},
        }}
      >
        <Frame places={{ current: 'week', go: () => {} }} onImport={null}>
          <WeekPage regionId={REGION} week={WEEK} />
        </Frame>
      </AppProvider>
    </Providers>,
  );
}
