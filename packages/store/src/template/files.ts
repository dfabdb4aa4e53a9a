/** A template's files, put into PGlite's memory. */
import { MemoryFS } from '@electric-sql/pglite';
import { type ParsedTarFileItem, parseTar } from 'nanotar';

/** What Emscripten's file systems implement (`node_ops`, `stream_ops`), as far as it is used here. */
interface MemoryNode {
  /** A file's bytes, `usedBytes` of them, and room for more. */
  contents: Uint8Array;
  usedBytes: number;
  readonly node_ops: { mknod(parent: MemoryNode, name: string, mode: number, device: number): MemoryNode };
  /** One object for all files of the file system. */
  readonly stream_ops: {
    write(
      stream: { readonly node: MemoryNode },
      bytes: Uint8Array,
      offset: number,
      length: number,
      position: number,
      canOwn: boolean,
    ): number;
  };
}

const REGULAR_FILE = 0o100600;

/** Emscripten doubles a file that needs room up to here, and copies a larger one for every eighth that it grows. */
const DOUBLED_ANYWAY = 1 << 20;
/** How much room a larger one gets here, of what it had. */
const GROWTH = 4;

function isZero(bytes: Uint8Array): boolean {
  if (bytes.byteOffset % 4 !== 0 || bytes.length % 4 !== 0) return false;
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).every((each) => each === 0);
}

/**
 * Large files grow by leaps: a table that grows to 60 MB is copied 3 times, 21 MB of it, instead of 35 times. Room nobody wrote to
 * costs no memory, and is zeros: the empty pages that PostgreSQL appends are counted and not written.
 */
function growWithoutCopies({ stream_ops }: Pick<MemoryNode, 'stream_ops'>): void {
  const write = stream_ops.write;
  stream_ops.write = (stream, bytes, offset, length, position, canOwn) => {
    const { node } = stream;
    const { length: room } = node.contents;
    const end = position + length;
    if (room >= DOUBLED_ANYWAY && room < end) {
      const contents = new Uint8Array(Math.max(end, GROWTH * room));
      contents.set(node.contents.subarray(0, node.usedBytes));
      node.contents = contents;
    }
    if (position === node.usedBytes && end <= node.contents.length && isZero(bytes.subarray(offset, offset + length))) {
      node.usedBytes = end;
      return length;
    }
    return write(stream, bytes, offset, length, position, canOwn);
  };
}

/**
 * A database's files in memory, from a template: each is put into its folder without a copy and without looking up its
 * path, which was most of the quarter of an opening that PGlite's own `loadDataDir` takes.
 */
export class TemplateFiles extends MemoryFS {
  readonly #files: Promise<readonly ParsedTarFileItem[] | null>;

  constructor(template: Promise<ArrayBuffer | null>) {
    super();
    this.#files = template.then((bytes) => bytes && parseTar(bytes));
    this.#files.catch(() => {}); // the opening, which waits for it, fails
  }

  /** PGlite calls it when its program has started; without files after it, it makes a database from nothing. */
  override async initialSyncFs(): Promise<void> {
    const files = await this.#files;
    const module = this.pg?.Module;
    if (files === null || !module) return;
    const { FS, ENV } = module;
    const folders = new Map<string, MemoryNode>();
    const folderAt = (path: string): MemoryNode => {
      const known = folders.get(path);
      if (known) return known;
      FS.mkdirTree(path);
      const node = FS.lookupPath(path, {}).node as unknown as MemoryNode;
      folders.set(path, node);
      return node;
    };
    let latest: MemoryNode | undefined;
    for (const { name, type, data } of files) {
      const path = `${ENV.PGDATA}/${name}`;
      if (type === 'directory') {
        folderAt(path);
        continue;
      }
      const slash = path.lastIndexOf('/');
      const folder = folderAt(path.slice(0, slash));
      const node = folder.node_ops.mknod(folder, path.slice(slash + 1), REGULAR_FILE, 0);
      if (data) node.stream_ops.write({ node }, data, 0, data.length, 0, true);
      latest = node;
    }
    if (latest) growWithoutCopies(latest);
  }
}
