/** Real server processes over one PostgreSQL, of which the one that serves an agency can be killed. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '@fieldfare/sync/postgres';
import { startPostgres } from '@fieldfare/testkit/postgres';
import { type KillPlace, killServer, type ServerProcess, spawnServer } from './kill-loop.ts';
import { seedOffline, temporaryDir, value } from './support.ts';

/** Its own address; null while nobody serves the tenant. */
type HolderOf = (tenantId: string) => Promise<string | null>;

export async function openClusterPlace(databaseUrl: string, processes: number): Promise<KillPlace> {
  const seeded = temporaryDir();
  const agency = await seedOffline(seeded.path, databaseUrl);
  const database = value(await openDatabase(databaseUrl, { connections: 1 }));
  const dirs = Array.from({ length: processes }, () => {
    const dir = temporaryDir();
    copyFileSync(join(seeded.path, 'server.key'), join(dir.path, 'server.key'));
    return dir;
  });
  const start = (at: number): Promise<ServerProcess> => spawnServer(dirs[at]?.path ?? '', ['--database', databaseUrl]);
  const servers = await Promise.all(dirs.map((_, at) => start(at)));
  let dead: number | null = null;

  const holderOf: HolderOf = async (tenantId) => {
    const { rows } = await database.asTenant(tenantId, ({ query }) =>
      query(`select url from fieldfare.logs join fieldfare.members on members.id = logs.holder where tenant_id = $1`, [
        tenantId,
      ]),
    );
    return rows[0] === undefined ? null : String(rows[0].url);
  };

  return {
    agency,
    /** Whoever asks comes to any process, as through a load balancer. */
    url: () => servers.find((_, at) => at !== dead)?.url ?? '',
    /** What the last round killed is beside the others again by now, and may have got the agency back. */
    async kill() {
      if (dead !== null) servers[dead] = await start(dead);
      dead = null;
      let url: string | null = null;
      while (url === null) url = await holderOf(agency.tenantId);
      const at = servers.findIndex((server) => server.url === url);
      const server = servers[at];
      if (server === undefined) throw new Error('no process of ours serves the agency');
      dead = at;
      await killServer(server);
    },
    /** The others are there already. */
    comeBack: async () => 0,
    async close() {
      for (const server of servers) await killServer(server);
      await database.close();
      for (const dir of [seeded, ...dirs]) dir.remove();
    },
  };
}

/** The same over a PostgreSQL of its own; or why there is none. */
export async function openClusterWithDatabase(processes: number): Promise<KillPlace | string> {
  const postgres = await startPostgres();
  if (postgres.url === null) return postgres.reason;
  const place = await openClusterPlace(await postgres.createDatabase(), processes);
  return {
    ...place,
    async close() {
      await place.close();
      await postgres.stop();
    },
  };
}
