/** What the kernel saw: the acknowledgement leaves after `fdatasync` has come back. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spawnServer } from './kill-loop.ts';
import {
  addVisit,
  openClient,
  seedOffline,
  temporaryDir,
  until,
  untilAcknowledged,
  untilState,
  value,
  visit,
  weekShard,
} from './support.ts';
import { judgeSyscalls } from './syscalls.ts';

const COMMITS = 25;
/** `-D`: strace is the server's child and not its parent, so that signals go to the server. */
const STRACE = ['strace', '-D', '-f', '-x', '-s', '32', '-e', 'trace=openat,close,pwrite64,fdatasync,write,writev'];
const available = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;

describe('judging a trace', () => {
  const opened = '7 openat(AT_FDCWD, "/d/tenants/t/segment-00000001.ffj", O_RDWR) = 20';
  const written = '8 pwrite64(20, "\\xf1\\xe1", 100, 0) = 100';
  const flushed = ['9 fdatasync(20 <unfinished ...>', '9 <... fdatasync resumed>)             = 0'];
  const ack = '7 writev(25, [{iov_base="\\x82\\x0b", iov_len=2}, {iov_base="\\x01\\x10\\x01", iov_len=11}], 2) = 13';

  it.each([
    ['an ack after the flush', [opened, written, ...flushed, ack], 0],
    ['an ack before it', [opened, written, ack, ...flushed], 1],
    ['an ack while it is under way', [opened, written, flushed[0], ack, flushed[1]], 1],
    ['an ack after a flush that failed', [opened, written, '9 fdatasync(20) = -1 EIO (Input/output error)', ack], 1],
    ['a flush that began before the write', [opened, flushed[0], written, flushed[1], ack], 1],
    ['an ack in one buffer', [opened, written, '7 write(25, "\\x82\\x0b\\x01\\x10\\x01", 13) = 13'], 1],
  ])('%s', (_what, lines, early) => {
    expect(judgeSyscalls(lines as readonly string[])).toMatchObject({ acks: 1, early: { length: early } });
  });
});

describe.runIf(available)('a traced server', () => {
  it('SYN-PEER-ACK JRN-ACK: no acknowledgement leaves before the kernel has the edit on stable storage', async () => {
    const dir = temporaryDir();
    const agency = await seedOffline(dir.path);
    const log = join(dir.path, 'trace');
    const server = await spawnServer(dir.path, [], [...STRACE, '-o', log]);
    const client = await openClient(() => server.url, 'ada', [weekShard(agency.north)]);
    try {
      await untilState(client, 'live');
      for (let n = 0; n < COMMITS; n++) {
        value(await client.replica.commit([addVisit(visit(agency.north))], client.principal.userId));
        await untilAcknowledged(client);
      }
    } finally {
      await client.close();
      server.child.kill('SIGTERM');
      await once(server.child, 'exit');
    }
    await until(() => readFileSync(log, 'latin1').trimEnd().endsWith('+++ exited with 0 +++'), 'the end of the trace');
    const verdict = judgeSyscalls(readFileSync(log, 'latin1').split('\n'));
    dir.remove();
    expect(verdict.acks).toBeGreaterThanOrEqual(COMMITS);
    expect(verdict.flushes).toBeGreaterThanOrEqual(COMMITS);
    expect(verdict.early).toEqual([]);
  });
});
