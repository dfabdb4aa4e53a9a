/** What nearly every command needs first: a client, a region and a week. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BoardVisit, WeekBoard } from '@fieldfare/domain';
import { addWeeks, type IsoWeek, isIsoWeek, problem, weekAt } from '@fieldfare/kernel';
import { z } from 'zod';
import { type Api, createApi } from './api.ts';
import { type CredentialStore, openCredentials } from './credentials.ts';
import { refuse, usage } from './exit.ts';
import type { Host } from './host.ts';
import { serverUrl, tokenSource } from './session.ts';

export interface GlobalFlags {
  readonly server?: string;
  /** True: where the desktop keeps its data by default. */
  readonly desktop?: string | true;
  readonly json?: boolean;
}

export interface WeekFlags {
  readonly region?: string;
  readonly week?: string;
}

export const DEFAULT_SERVER = 'http://127.0.0.1:4300';

export const credentialsOf = (host: Host): CredentialStore => openCredentials(host.configHome, host.clock);

/** `--server`, `FIELDFARE_SERVER`, or the one signed in to last. */
export async function chosenServer(host: Host, flags: GlobalFlags): Promise<string | null> {
  const named = flags.server ?? host.env.FIELDFARE_SERVER;
  return named ? serverUrl(named) : (await credentialsOf(host).read()).current;
}

const loopback = z.object({ url: z.string(), token: z.string() });

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function desktopApi(host: Host, path: string | true): Promise<Api> {
  const file = path === true ? join(host.configHome, 'Fieldfare', 'loopback.json') : path;
  const text = await readFile(file, 'utf8').catch(() => null);
  const door = loopback.safeParse(parseJson(text ?? ''));
  if (!door.success) {
    throw refuse(
      problem('offline', `the desktop application is not running: there is no ${file}`, { rule: 'CLI-DESKTOP' }),
    );
  }
  return createApi(host, serverUrl(door.data.url), async () => door.data.token);
}

export async function connect(host: Host, flags: GlobalFlags): Promise<Api> {
  if (flags.desktop !== undefined) return desktopApi(host, flags.desktop);
  const server = await chosenServer(host, flags);
  if (server === null) {
    throw refuse(problem('unauthenticated', 'sign in first: fieldfare login', { rule: 'CLI-SIGN-IN' }));
  }
  return createApi(host, server, tokenSource(host, credentialsOf(host), server));
}

export interface RegionRef {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
}

const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();

/** By id, whole name, or a part of the name that only one region has. */
function pickRegion(regions: readonly RegionRef[], wanted: string | undefined): RegionRef {
  const names = regions.map(({ name }) => `"${name}"`).join(', ');
  const [only, ...others] = regions;
  if (!only) throw refuse(problem('forbidden', 'your account covers no region', { rule: 'CLI-REGION' }));
  if (wanted === undefined) {
    if (others.length > 0) throw usage(`say which region: --region ${names}`);
    return only;
  }
  const key = folded(wanted);
  const exact = regions.find(({ id, name }) => id === wanted || folded(name) === key);
  if (exact) return exact;
  const [part, ...more] = regions.filter(({ name }) => folded(name).includes(key));
  if (part && more.length === 0) return part;
  throw usage(part ? `several regions match; say one of ${names}` : `there is no such region; there are ${names}`);
}

/** `2026-W47`, `this`, `next`, `last`; the current one in the region's zone when nothing is said. */
function pickWeek(host: Host, wanted: string | undefined, zone: string): IsoWeek {
  const now = weekAt(host.clock.now(), zone);
  if (wanted === undefined || wanted === 'this') return now;
  if (wanted === 'next') return addWeeks(now, 1);
  if (wanted === 'last') return addWeeks(now, -1);
  if (isIsoWeek(wanted)) return wanted;
  throw usage('a week is an ISO week such as 2026-W47, or this, next or last');
}

export async function regionOf(api: Api, flags: WeekFlags): Promise<RegionRef> {
  const { regions } = await api.call((client) => client.orgs.current.query());
  return pickRegion(regions, flags.region);
}

export interface WeekChoice {
  readonly region: RegionRef;
  readonly week: IsoWeek;
  /** As the scheduling procedures take it. */
  readonly input: { readonly regionId: string; readonly week: IsoWeek };
}

export async function weekOf(host: Host, api: Api, flags: WeekFlags): Promise<WeekChoice> {
  const region = await regionOf(api, flags);
  const week = pickWeek(host, flags.week, region.zone);
  return { region, week, input: { regionId: region.id, week } };
}

/** By id, whole name, or a part of the name that only one of them has. */
export function pickNamed<T extends { readonly id: string; readonly name: string }>(
  all: readonly T[],
  wanted: string,
  what: string,
): T {
  const key = folded(wanted);
  const exact = all.filter(({ id, name }) => id === wanted || folded(name) === key);
  const found = exact.length > 0 ? exact : all.filter(({ name }) => folded(name).includes(key));
  const [only, ...others] = found;
  if (!only || key === '') throw usage(`there is no ${what} of that name`);
  if (others.length > 0) throw usage(`several match; say one of ${found.map(({ name }) => `"${name}"`).join(', ')}`);
  return only;
}

/** A visit by the beginning of its id. */
export function pickVisit(board: WeekBoard, id: string): BoardVisit {
  const [visit, ...others] = board.visits.filter((candidate) => candidate.id.startsWith(id.toLowerCase()));
  if (!visit || id === '') {
    throw refuse(problem('not-found', `no visit of ${board.week} has an id that begins so`, { rule: 'CLI-VISIT' }));
  }
  if (others.length > 0) throw usage('several visits have ids that begin so: give more of it');
  return visit;
}
