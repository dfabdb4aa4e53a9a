/** Backups are taken from a server that goes on working, and given back to one that lost its disk. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { visits } from '@fieldfare/domain';
import { systemClock, updateRow } from '@fieldfare/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restoreBackup, takeBackup } from '../src/backup.ts';
import {
  type Agency,
  addVisit,
  openClient,
  type SyncClient,
  seedAgency,
  startTestServer,
  type TestServer,
  temporaryDir,
  until,
  untilAcknowledged,
  untilState,
  value,
  visit,
  weekShard,
} from './support.ts';

let dir: ReturnType<typeof temporaryDir>;
let running: TestServer;
let agency: Agency;
const clients: SyncClient[] = [];
const at = (name: string): string => join(dir.path, name);
const backup = (name: string) =>
  takeBackup({ dataDir: at('data'), to: at(name), dataKey: undefined, clock: systemClock });
const restore = (name: string, keyFile: string | undefined = at('server.key')) =>
  restoreBackup({ from: at(name), dataDir: at('restored'), keyFile, dataKey: undefined });

beforeEach(async () => {
  dir = temporaryDir();
  running = await startTestServer(at('data'));
  agency = await seedAgency(running.admin);
  copyFileSync(at('data/server.key'), at('server.key'));
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await running.close();
  dir.remove();
});

async function open(login: string, before?: SyncClient): Promise<SyncClient> {
  const client = await openClient(() => running.server.url, login, [weekShard(agency.north)], before);
  clients.push(client);
  await untilState(client, 'live');
  return client;
}
const seen = (client: SyncClient, id: string): unknown =>
  client.replica.row(weekShard(agency.north), visits.name, id)?.fields.note;

describe('backup and restore', () => {
  it('SRV-BACKUP-WHOLE: under writes, everything acknowledged before it began; a laptop ahead gives its own edits back', async () => {
    const ada = await open('ada');
    const row = visit(agency.north, { note: 'first' });
    const write = async (note: string): Promise<void> => {
      value(await ada.replica.commit([updateRow(visits, row, { note })], ada.principal.userId));
    };
    value(await ada.replica.commit([addVisit(row)], ada.principal.userId));
    await untilAcknowledged(ada);
    const before = Array.from({ length: 60 }, () => visit(agency.north));
    for (const one of before) value(await ada.replica.commit([addVisit(one)], ada.principal.userId));
    await untilAcknowledged(ada);

    let busy = true;
    const writing = (async () => {
      for (let n = 0; busy; n += 1) {
        await write(`during ${n}`);
        await new Promise((resolve) => setTimeout(resolve, 1)); // a journal in memory alone never lets others run
      }
    })();
    const taken = value(await backup('nightly.tar'));
    busy = false;
    await writing;
    expect(taken.files).toBeGreaterThanOrEqual(3);
    const late = visit(agency.north, { note: 'after the backup' });
    value(await ada.replica.commit([addVisit(late)], ada.principal.userId));
    await write('last');
    await untilAcknowledged(ada);
    ada.connection.stop();

    await running.close(); // the disk is gone
    value(await restore('nightly.tar'));
    running = await startTestServer(at('restored'));
    const ben = await open('ben');
    expect(before.filter(({ id }) => seen(ben, id) === undefined)).toEqual([]);
    expect(seen(ben, late.id)).toBeUndefined();

    const again = await open('ada', ada);
    await until(() => seen(ben, late.id) === 'after the backup' && seen(ben, row.id) === 'last', 'given back');
    expect(again.connection.status().refusedShards).toEqual([]);
    value(await ben.replica.commit([updateRow(visits, row, { note: 'and on it goes' })], ben.principal.userId));
    await until(() => seen(again, row.id) === 'and on it goes', 'ada sees what is written since');
  });

  it('SRV-BACKUP-SEALED: holds no key and nothing readable', async () => {
    const ada = await open('ada');
    value(await ada.replica.commit([addVisit(visit(agency.north, { note: 'Zyxwvut-Canary' }))], ada.principal.userId));
    await untilAcknowledged(ada);
    value(await backup('nightly.tar'));
    const bytes = readFileSync(at('nightly.tar'));
    const secrets = [
      'Zyxwvut-Canary',
      'First Agency',
      'Name of ada',
      'PRIVATE KEY',
      readFileSync(at('server.key'), 'utf8'),
    ];
    for (const secret of secrets) expect(bytes.includes(secret.trim())).toBe(false);
    expect(statSync(at('nightly.tar')).mode & 0o077).toBe(0);
  });

  it('SRV-BACKUP-CHECKED: what is damaged, cut, foreign or under another key restores nothing', async () => {
    value(await backup('good.tar'));
    const good = readFileSync(at('good.tar'));
    const flipped = Buffer.from(good);
    flipped.writeUInt8(flipped.readUInt8(520) ^ 1, 520); // in the account snapshot, behind its header
    writeFileSync(at('flipped.tar'), flipped);
    writeFileSync(at('cut.tar'), good.subarray(0, 4_096));
    writeFileSync(at('noise.tar'), Buffer.alloc(9_000, 7));
    writeFileSync(at('escape.txt'), 'x');
    spawnSync('tar', ['-cPf', at('foreign.tar'), '--transform', 's,.*,../outside,', at('escape.txt')]);
    writeFileSync(at('other.key'), Buffer.alloc(32, 1).toString('base64'));
    const outcomes = [
      await restore('flipped.tar'),
      await restore('cut.tar'),
      await restore('noise.tar'),
      await restore('foreign.tar'),
      await restore('missing.tar'),
      await restore('good.tar', at('other.key')),
    ];
    expect(outcomes.map((outcome) => outcome.ok)).toEqual(Array(6).fill(false));
    expect([existsSync(at('restored')), existsSync(at('outside'))]).toEqual([false, false]);
    expect((await backup('good.tar')).ok).toBe(false); // nothing is overwritten
    value(await restore('good.tar'));
    expect((await restore('good.tar')).ok).toBe(false);
  });

  it('the commands say what they did, and how to go on', async () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [join(import.meta.dirname, '../src/main.ts'), ...args], { encoding: 'utf8' });
    const taken = run('backup', '--data', at('data'), '--to', at('nightly.tar'));
    expect([taken.status, taken.stderr]).toEqual([0, '']);
    expect(taken.stdout).toContain('Keep server.key');
    const given = run('restore', '--data', at('restored'), '--from', at('nightly.tar'), '--key', at('server.key'));
    expect([given.status, given.stderr]).toEqual([0, '']);
    expect(run('restore', '--data', at('restored'), '--from', at('nightly.tar')).status).toBe(1);
    const users = run('user', 'list', '--data', at('restored'));
    expect(users.stdout).toContain('ada');
  });
});
