/** PGlite for a throwaway database in memory. */
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { blobOf } from './blob.ts';

/** Nothing outlives the process, so nothing is synced, and no WAL is kept beyond what single-user mode insists on. */
const SETTINGS = {
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '2MB',
  max_wal_size: '8MB',
  wal_recycle: 'off',
  // The in-memory file system copies a whole file at every posix_fallocate.
  file_extend_method: 'write_zeros',
  jit: 'off',
  // Samples 3,000 rows instead of 30,000: statistics follow the data without holding up who asks meanwhile.
  default_statistics_target: '10',
  work_mem: '16MB',
  // Filled with zeros at every start: 128 MB, the default, is half of what opening takes. What does not fit is read from
  // the in-memory file system, at the cost of a copy.
  shared_buffers: '32MB',
  // Nothing is read or written side by side (`io_method=sync`).
  io_max_concurrency: '1',
} as const;

export interface PGliteSource {
  readonly template?: Blob | null;
  /** Compiled `pglite.wasm`, by a caller who began to compile it earlier; PGlite fetches its own otherwise. */
  readonly wasm?: WebAssembly.Module;
}

export function openPGlite({ template, wasm }: PGliteSource): Promise<PGlite> {
  const pgliteOptions: PGliteOptions = {
    relaxedDurability: true,
    startParams: [
      ...PGlite.defaultStartParams,
      ...Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    // Small WAL segments: the template holds a few of them.
    initDbStartParams: ['--wal-segsize=1'],
    ...(template ? { loadDataDir: template } : {}),
    ...(wasm ? { pgliteWasmModule: wasm } : {}),
  };
  return PGlite.create(pgliteOptions);
}

/**
 * The same while the template is still on its way: PGlite's program starts meanwhile. `template`: its bytes; null when it
 * does not fit, and the database is then made from nothing.
 */
export async function openPGliteEarly(
  template: Promise<ArrayBuffer | null>,
  source: Omit<PGliteSource, 'template'>,
): Promise<PGlite> {
  const bytes = async (): Promise<ArrayBuffer> => {
    const found = await template;
    if (found === null) throw new Error('there is no template');
    return found;
  };
  try {
    return await openPGlite({ ...source, template: blobOf(bytes) });
  } catch (error) {
    if ((await template) !== null) throw error;
    return openPGlite(source);
  }
}
