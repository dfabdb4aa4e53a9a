/** PGlite for a throwaway database in memory. */
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { TemplateFiles } from './template/files.ts';

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
  /**
   * The files of a database, an uncompressed tar; may still be on its way while PGlite's program starts. Its bytes are given
   * away. Null: none fits, and a database is made from nothing.
   */
  readonly template?: Promise<ArrayBuffer | null>;
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
    // Small WAL segments: the template holds a few of them. No checksums: the pages never leave memory.
    initDbStartParams: ['--wal-segsize=1', '--no-data-checksums'],
    ...(template ? { fs: new TemplateFiles(template) } : {}),
    ...(wasm ? { pgliteWasmModule: wasm } : {}),
  };
  return PGlite.create(pgliteOptions);
}
