/** The database that several processes share, and this process among them. */
import { FileError, fail, ok, problem, type Result } from '@fieldfare/kernel';
import { type Database, openDatabase } from '@fieldfare/sync/postgres';
import type { Log } from '../log.ts';
import { followMembers, type Membership } from './membership.ts';

export interface Cluster {
  readonly database: Database;
  readonly membership: Membership;
  /** What the first process wrote down of its root key; null: there was none yet. */
  readonly keyMark: string | null;
  /** Problem SRV-DATA-KEY when the data is under another key. */
  useKey(mark: string): Promise<Result<void>>;
  close(): Promise<void>;
}

export async function openCluster(url: string, log: Log): Promise<Result<Cluster>> {
  const database = await openDatabase(url);
  if (!database.ok) return database;
  const { query, close } = database.value;
  try {
    const membership = await followMembers(url, log);
    const { rows } = await query('select key_mark from fieldfare.cluster');
    const mark = rows[0]?.key_mark;
    return ok({
      database: database.value,
      membership,
      keyMark: typeof mark === 'string' ? mark : null,
      async useKey(wanted) {
        const set = await query('update fieldfare.cluster set key_mark = coalesce(key_mark, $1) returning key_mark', [
          wanted,
        ]);
        return set.rows[0]?.key_mark === wanted
          ? ok(undefined)
          : fail(problem('unauthenticated', 'the data key is not this database’s', { rule: 'SRV-DATA-KEY' }));
      },
      async close() {
        await membership.leave();
        await close();
      },
    });
  } catch (error) {
    await close();
    if (!(error instanceof FileError)) throw error;
    return fail(problem('storage-failed', `the database cannot be used: ${error.message}`, { rule: 'SRV-DATABASE' }));
  }
}
