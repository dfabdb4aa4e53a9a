/**
 * The life of a session on a device: sign in, unlock, lock. One working copy is open at a time; its key lives in
 * this worker's memory only and is forgotten at lock.
 *
 * Every working copy belongs to one user of one server (`wc-<profile id>`): two people who share a laptop share
 * nothing, and edits made under one name are never sent under another.
 */

import type { Context } from '@fieldfare/domain';
import {
  type Clock,
  deterministicId,
  type FileStore,
  fail,
  ok,
  problem,
  type Random,
  type Result,
} from '@fieldfare/kernel';
import type { StoreOptions } from '@fieldfare/store';
import {
  type ConnectionOptions,
  createDownload,
  createGiveBack,
  createKeyring,
  type KeyringFile,
  openJournal,
  unlockKeyring,
} from '@fieldfare/sync';
import { type Credentials, createCredentials, restoreCredentials } from './credentials.ts';
import { type LocalWorkspace, openLocalWorkspace, openProjection } from './local.ts';
import { readProfiles, type StoredProfile, saveProfile } from './profiles.ts';
import { createServerApi, type ServerApi } from './server-api.ts';
import { timed } from './timeline.ts';
import type { Profile, SessionInfo, WorkspaceHost } from './worker-api.ts';

/** What a device offers; browsers, Electron and Node each have one. */
export interface DevicePlatform {
  /** A directory of this application, held exclusively; `busy` when another instance has it. */
  openFiles(directory: string): Promise<Result<FileStore>>;
  readonly fetch: typeof fetch;
  readonly openSocket: ConnectionOptions['openSocket'];
  readonly setTimer: ConnectionOptions['setTimer'];
  readonly clock: Clock;
  readonly random: Random;
  /** Calls `back` when the device gets a network again; without it the back-off alone decides. */
  onOnline?(back: () => void): void;
  /** Template and compiled parts of the database, fetched once at start. */
  storeOptions(): Promise<Omit<StoreOptions, 'tables' | 'derivations'>>;
}

const DEVICE_DIR = 'device';
const KEYRING = 'keyring.json';
/** A first sign-in waits this long for the organisation's data before it shows an empty board. */
const FIRST_SYNC_MS = 20_000;

type SessionMethods = Pick<WorkspaceHost, 'profiles' | 'signIn' | 'unlock' | 'lock' | 'signOut' | 'session'>;

export interface DeviceSession extends SessionMethods {
  /** The open working copy's context, null when locked. */
  context(): Context | null;
  /** Locks, and gives everything back to a host that goes on without this session. */
  end(): Promise<void>;
}

interface Open {
  readonly info: SessionInfo;
  readonly workspace: LocalWorkspace;
  readonly files: FileStore;
  readonly key: Uint8Array;
  readonly credentials: Credentials;
}

const publicProfile = ({ id, serverUrl, login, name, organisation, synthetic }: StoredProfile): Profile => ({
  id,
  serverUrl,
  login,
  name,
  organisation,
  synthetic,
});

export async function createDeviceSession(platform: DevicePlatform): Promise<Result<DeviceSession>> {
  const { clock, random } = platform;
  const device = await platform.openFiles(DEVICE_DIR);
  if (!device.ok) return device;
  const deviceFiles = device.value;
  let open: Open | null = null;
  // The projection starts loading before the password is typed.
  let projection: Promise<ReturnType<typeof openProjection>> | null = null;
  const warmUp = (): Promise<ReturnType<typeof openProjection>> => {
    if (projection !== null) return projection;
    projection = platform.storeOptions().then(openProjection);
    const opened = projection.then((store) => store.opened);
    timed('open projection', opened).catch(() => {}); // whoever opens a working copy awaits it and sees the failure
    return projection;
  };
  warmUp();

  const readKeyring = async (files: FileStore): Promise<KeyringFile | null> => {
    const bytes = await files.readAll(KEYRING);
    return bytes === null ? null : (JSON.parse(new TextDecoder().decode(bytes)) as KeyringFile);
  };

  /** The working copy's key: from its keyring, or by `create` when the copy is new. */
  const keyFor = async (
    files: FileStore,
    password: string,
    create: (() => ReturnType<typeof createKeyring>) | null,
  ): Promise<Result<Uint8Array>> => {
    const keyring = await readKeyring(files);
    if (keyring !== null) return unlockKeyring(keyring, password);
    if (create === null)
      return fail(problem('not-found', 'this working copy has no key: sign in again', { rule: 'WSP-KEYRING' }));
    const created = await create();
    await files.replace(KEYRING, new TextEncoder().encode(JSON.stringify(created.keyring)));
    return ok(created.dataKey);
  };

  const openWorkingCopy = async (
    profile: StoredProfile,
    files: FileStore,
    key: Uint8Array,
    credentials: Credentials,
    api: ServerApi,
    offline: boolean,
  ): Promise<Result<SessionInfo>> => {
    const journal = await timed(
      'open journal',
      openJournal({ files, tenantId: credentials.principal.tenantId, key, random }),
    );
    if (!journal.ok) return journal;
    const warmed = warmUp();
    projection = null;
    const store = await warmed;
    const opened = await openLocalWorkspace({
      principal: credentials.principal,
      journal: journal.value,
      clock,
      random,
      store,
      connect: {
        url: api.syncUrl,
        openSocket: platform.openSocket,
        accessToken: () => credentials.socketTicket(),
        download: createDownload({
          serverUrl: profile.serverUrl,
          fetch: platform.fetch,
          accessToken: credentials.accessToken,
          setTimer: platform.setTimer,
        }),
        giveBack: createGiveBack({
          serverUrl: profile.serverUrl,
          fetch: platform.fetch,
          accessToken: credentials.accessToken,
        }),
        setTimer: platform.setTimer,
      },
    });
    if (!opened.ok) return opened;
    const workspace = opened.value;
    const info: SessionInfo = { profile: publicProfile(profile), principal: credentials.principal, offline };
    open = { info, workspace, files, key, credentials };
    return ok(info);
  };

  const close = async (): Promise<void> => {
    const closing = open;
    open = null;
    if (!closing) return;
    await closing.workspace.close();
    await closing.files.close();
    closing.key.fill(0);
    warmUp();
  };

  /** Runs `use` with the working copy's directory and gives the directory back when it fails. */
  const withFiles = async (
    profileId: string,
    use: (files: FileStore) => Promise<Result<SessionInfo>>,
  ): Promise<Result<SessionInfo>> => {
    await close();
    const files = await platform.openFiles(`wc-${profileId}`);
    if (!files.ok) return files;
    const result = await use(files.value);
    if (!result.ok) await files.value.close();
    return result;
  };

  platform.onOnline?.(() => open?.workspace.connection?.retryNow());

  return ok({
    context: () => open?.workspace.context ?? null,
    session: async () => open?.info ?? null,
    async profiles() {
      const profiles = await readProfiles(deviceFiles);
      return profiles.ok ? profiles.value.map(publicProfile) : [];
    },
    async signIn({ serverUrl, login, password, deviceName }) {
      const known = await readProfiles(deviceFiles);
      if (!known.ok) return known;
      const before = known.value.find((profile) => profile.serverUrl === serverUrl && profile.login === login);
      const api = createServerApi(serverUrl, platform.fetch);
      // A device new to this user makes its key while the server judges the password.
      const keyring = before ? null : createKeyring(password, random);
      keyring?.catch(() => {}); // whoever needs it sees it
      const granted = await api.login({ login, password, deviceId: before?.deviceId ?? null, deviceName });
      if (!granted.ok) return granted;
      const { principal, organisation, deviceId } = granted.value;
      const profile: StoredProfile = {
        id: deterministicId('profile', serverUrl, principal.userId),
        serverUrl,
        login,
        name: principal.name,
        organisation: organisation.name,
        synthetic: organisation.synthetic,
        deviceId,
      };
      return withFiles(profile.id, async (files) => {
        const key = await keyFor(files, password, () => keyring ?? createKeyring(password, random));
        if (!key.ok) return key;
        const credentials = await createCredentials({ files, key: key.value, api, clock, random }, granted.value);
        const saved = await saveProfile(deviceFiles, profile);
        if (!saved.ok) return saved;
        const info = await openWorkingCopy(profile, files, key.value, credentials, api, false);
        if (info.ok) await firstSync();
        return info;
      });
    },
    async unlock({ profileId, password }) {
      const known = await readProfiles(deviceFiles);
      if (!known.ok) return known;
      const profile = known.value.find(({ id }) => id === profileId);
      if (!profile)
        return fail(problem('not-found', 'there is no such working copy on this device', { rule: 'WSP-PROFILES' }));
      const api = createServerApi(profile.serverUrl, platform.fetch);
      return withFiles(profile.id, async (files) => {
        const key = await timed('open key', keyFor(files, password, null));
        if (!key.ok) return key;
        const credentials = await restoreCredentials({ files, key: key.value, api, clock, random });
        if (!credentials.ok) return credentials;
        const info = await openWorkingCopy(profile, files, key.value, credentials.value, api, true);
        if (info.ok) await saveProfile(deviceFiles, profile);
        return info;
      });
    },
    lock: close,
    async signOut() {
      await open?.credentials.revoke();
      await close();
    },
    async end() {
      await close();
      const idle = await projection?.catch(() => null);
      projection = null;
      await idle?.close();
      await deviceFiles.close();
    },
  });

  /** Waits until a new working copy has its first board, or until that clearly takes longer. */
  async function firstSync(): Promise<void> {
    const connection = open?.workspace.connection;
    if (!open || !connection) return;
    const { workspace } = open;
    if (workspace.core.replica.tables('org').length > 0) return;
    await new Promise<void>((resolve) => {
      const cancel = platform.setTimer(resolve, FIRST_SYNC_MS);
      const stop = connection.onStatus(({ state }) => {
        if (state !== 'refused' && !workspace.firstBoardHere()) return;
        stop();
        cancel();
        resolve();
      });
    });
  }
}
