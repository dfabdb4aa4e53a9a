/** Opens working copies over a memory disk, with the demo agency written by an administrator. */

import { buildDemoAgency, type DemoAgency } from '@fieldfare/demo';
import { callerFactory, derivations, tables } from '@fieldfare/domain';
import { type Principal, seededRandom, unwrap } from '@fieldfare/kernel';
import { type StoreOptions, schemaHash } from '@fieldfare/store';
import { loadTemplateFromDisk } from '@fieldfare/store/template-node';
import { openJournal } from '@fieldfare/sync';
import { createMemoryFiles, type MemoryFiles } from '@fieldfare/sync/memory';
import { createFakeClock } from '@fieldfare/testkit';
import { type LocalWorkspace, type LocalWorkspaceOptions, openLocalWorkspace } from '../src/local.ts';
import { workspaceRouter } from '../src/router.ts';

const KEY = new Uint8Array(32).fill(7);
/** A Wednesday morning in Toronto. */
const NOW = Date.UTC(2026, 10, 18, 14);

export const demo: DemoAgency = buildDemoAgency({ size: 'small', today: '2026-11-18' });

export function principalOf(login: string): Principal {
  const account = demo.accounts.find((one) => one.login === login);
  if (!account) throw new RangeError(`no demo account ${login}`);
  const { userId, name, roles } = account;
  return { tenantId: demo.tenantId, userId, deviceId: `device-of-${login}`, name, roles };
}

/** The prebuilt database of this schema. */
const template = unwrap(await loadTemplateFromDisk(schemaHash(tables, derivations)));
export const schema: StoreOptions = { tables, derivations, template };

let opened = 0;

/** `files` from an earlier working copy (after `crash()`) reopens it. */
export async function openCopy(
  login: string,
  files: MemoryFiles = createMemoryFiles(),
  storeOptions: LocalWorkspaceOptions['storeOptions'] = { template },
): Promise<Opened> {
  opened += 1;
  const random = seededRandom(opened);
  const clock = createFakeClock(NOW + opened);
  const principal = principalOf(login);
  const journal = unwrap(await openJournal({ files, tenantId: demo.tenantId, key: KEY, random }));
  const workspace = unwrap(await openLocalWorkspace({ principal, journal, clock, random, storeOptions }));
  return { workspace, files, caller: callerFactory(workspaceRouter)(workspace.context) };
}

export interface Opened {
  readonly workspace: LocalWorkspace;
  readonly files: MemoryFiles;
  readonly caller: ReturnType<ReturnType<typeof callerFactory<(typeof workspaceRouter)['_def']['record']>>>;
}

/** The demo agency in a fresh working copy, as a first sync would bring it. */
export async function openDemo(login: string): Promise<Opened> {
  const copy = await openCopy(login);
  unwrap(await copy.workspace.core.replica.commit(demo.changes, principalOf('admin').userId));
  await copy.workspace.complete;
  await copy.workspace.core.projector.settled();
  return copy;
}
