/** What the screens share once somebody is signed in: the port to the data, the organisation, the session's doors. */
import type { Clock } from '@fieldfare/kernel';
import { createContext, use } from 'react';
import type { OrgView, WorkSource } from '../board/source.ts';

export interface AppContextValue {
  readonly source: WorkSource;
  readonly org: OrgView;
  readonly user: { readonly name: string; readonly login: string };
  readonly clock: Clock;
  /** The browser may evict what is stored here, and nobody has taken note of it yet. */
  readonly storageAtRisk: boolean;
  dismissStorageNotice(): void;
  lock(): void;
  signOut(): void;
  goTo(regionId: string, week: string): void;
}

const AppContext = createContext<AppContextValue | null>(null);
export const AppProvider = AppContext.Provider;

/** Where a region's office stands: what is new begins there. */
export function useOffice(regionId: string): { readonly lat: number; readonly lng: number } {
  return useApp().org.regions.find(({ id }) => id === regionId) ?? { lat: 0, lng: 0 };
}

export function useApp(): AppContextValue {
  const app = use(AppContext);
  if (!app) throw new Error('no session around this component');
  return app;
}
