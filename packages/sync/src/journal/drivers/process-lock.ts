/**
 * One process at a time in a directory, on any file system with hard links, without native code.
 *
 * The lock is a chain of files that are each created exactly once, atomically and with their content, by linking:
 * `lock` names the first holder, `lock.<nonce>` the one who took over from the holder with that nonce, and so on. The
 * end of the chain holds the lock, alive or dead. Whoever finds a dead holder at the end links the next file; of two
 * who try, one succeeds. The winner then looks whether the chain still starts where he read it (JRN-LOCK): an earlier
 * winner may have released or shortened it meanwhile, and then the link is no part of it.
 *
 * A holder is dead when its process is gone, or when its id now belongs to a process that started at another time. A
 * holder on another host cannot be judged and counts as alive: after moving a directory from a dead machine, remove its
 * `lock` files by hand. Hosts are told apart by name, so give containers that share a volume different ones.
 */
import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fail, ok, problem, type Result } from '@fieldfare/kernel';
import { z } from 'zod';

const holderSchema = z.object({
  host: z.string(),
  pid: z.int().positive(),
  /** Start of the process where the system tells it (Linux: boot id and clock ticks), else empty. */
  started: z.string(),
  nonce: z.string().regex(/^[0-9a-f]{16}$/),
});
type Holder = z.infer<typeof holderSchema>;

export const isLockFile = (name: string): boolean => name === 'lock' || name.startsWith('lock.');

export interface ProcessLock {
  release(): Promise<void>;
}

export async function acquireProcessLock(dir: string): Promise<Result<ProcessLock>> {
  const me: Holder = {
    host: hostname(),
    pid: process.pid,
    started: await startOf(process.pid),
    nonce: randomBytes(8).toString('hex'),
  };
  const mine = join(dir, `lock.new-${me.nonce}`);
  const head = join(dir, 'lock');
  await writeFile(mine, JSON.stringify(me), { flag: 'wx', mode: 0o600 });
  try {
    // Each round that fails does so because another process moved on; many in a row mean that one holds it.
    for (let round = 0; round < 20; round++) {
      const chain = await readChain(dir);
      const end = chain.at(-1);
      if (end && (await isAlive(end))) return busy(dir, end);
      const next = end ? join(dir, `lock.${end.nonce}`) : head;
      if (!(await linkOnce(mine, next))) continue;
      if (end && (await readHolder(head))?.nonce !== chain[0]?.nonce) {
        await rm(next, { force: true });
        continue;
      }
      if (end) {
        // Shorten: the head becomes ours, then nobody needs the links of the dead. `rename` would do nothing between
        // two links of one file, so the head is a file of its own.
        const fresh = `${mine}-head`;
        await writeFile(fresh, JSON.stringify(me), { flag: 'wx', mode: 0o600 });
        await rename(fresh, head);
        for (const dead of chain) await rm(join(dir, `lock.${dead.nonce}`), { force: true });
      }
      await sweep(dir, mine);
      return ok({ release: () => rm(head, { force: true }) });
    }
    return busy(dir, null);
  } finally {
    await rm(mine, { force: true });
  }
}

function busy(dir: string, holder: Holder | null): Result<never> {
  const elsewhere = holder !== null && holder.host !== hostname();
  return fail(
    problem(
      'busy',
      elsewhere
        ? 'This data is open in a program on another machine. If that machine is gone, remove its lock file.'
        : 'This data is already open in another window or program. Close it there first.',
      { rule: 'JRN-LOCK', params: { directory: dir, process: holder?.pid ?? null, host: holder?.host ?? null } },
    ),
  );
}

/** Holders from the first to the last; empty when nobody ever locked or the last one released. */
async function readChain(dir: string): Promise<readonly Holder[]> {
  const chain: Holder[] = [];
  let holder = await readHolder(join(dir, 'lock'));
  while (holder && !chain.some(({ nonce }) => nonce === holder?.nonce)) {
    chain.push(holder);
    holder = await readHolder(join(dir, `lock.${holder.nonce}`));
  }
  return chain;
}

/** A file that cannot be understood (a torn sector, another program's) is held by nobody who can be asked. */
async function readHolder(path: string): Promise<Holder | null> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const parsed = holderSchema.safeParse(JSON.parse(content));
    if (parsed.success) return parsed.data;
  } catch {
    // as below
  }
  return { host: hostname(), pid: 0x7fffffff, started: 'unreadable', nonce: '0'.repeat(16) };
}

/** False when the name is taken. */
async function linkOnce(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  return holder.started === (await startOf(holder.pid));
}

/** Leftovers of openers that died while opening. */
async function sweep(dir: string, mine: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const path = join(dir, name);
    if (!name.startsWith('lock.new-') || path.startsWith(mine)) continue;
    const owner = await readHolder(path);
    if (owner && !(await isAlive(owner))) await rm(path, { force: true });
  }
}

async function startOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return '';
  try {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in brackets, may hold spaces: fields count from behind it. Start time is field 22.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    return `${boot} ${start}`;
  } catch {
    return '';
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
