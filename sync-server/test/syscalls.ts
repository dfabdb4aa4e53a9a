/** Reads `strace` output for one question: was anything acknowledged that the disk had not taken? */

export interface Verdict {
  /** Acks that were written to a socket. */
  readonly acks: number;
  /** Flushes of journal segments that came back with 0. */
  readonly flushes: number;
  /** Lines of acks that left while a journal's write was not flushed. */
  readonly early: readonly string[];
}

const CALL = /^(\d+) +(?:<\.\.\. )?(\w+)(?: resumed>|\()/;
const RESULT = /= (-?\d+)[^=]*$/;
/** A WebSocket frame from the server on channel 1 that begins with 16, in one buffer or as head and body. */
const ACK = /\\x82\\x[0-7][0-9a-f](?:", iov_len=2\}, \{iov_base=")?\\x01\\x10/;

/** `lines` of `strace -f -x -e trace=openat,close,pwrite64,fdatasync,write,writev`, in order. */
export function judgeSyscalls(lines: Iterable<string>): Verdict {
  const segments = new Set<number>();
  /** Segments with bytes written that no flush covers, and how many writes each has seen. */
  const dirty = new Set<number>();
  const writes = new Map<number, number>();
  /** Process → what it began and has not ended. */
  const begun = new Map<string, { readonly fd: number; readonly path: string; readonly writes: number }>();
  let [acks, flushes] = [0, 0];
  const early: string[] = [];
  for (const line of lines) {
    const [, pid = '', call = ''] = CALL.exec(line) ?? [];
    const begins = !line.includes('<... ');
    const ends = !line.includes('<unfinished');
    if (begins) {
      const fd = Number(/\((\d+)/.exec(line)?.[1] ?? -1);
      begun.set(pid, { fd, path: /"([^"]*)"/.exec(line)?.[1] ?? '', writes: writes.get(fd) ?? 0 });
      if (call === 'pwrite64' && segments.has(fd)) {
        dirty.add(fd);
        writes.set(fd, (writes.get(fd) ?? 0) + 1);
      }
      if ((call === 'write' || call === 'writev') && ACK.test(line)) {
        acks += 1;
        if (dirty.size > 0) early.push(line.slice(0, 120));
      }
    }
    const what = begun.get(pid);
    if (!ends || what === undefined) continue;
    const result = Number(RESULT.exec(line)?.[1] ?? -1);
    if (call === 'openat' && result >= 0 && /tenants\/.*segment-/.test(what.path)) segments.add(result);
    if (call === 'close') segments.delete(what.fd);
    if (call === 'fdatasync' && result === 0 && segments.has(what.fd)) {
      flushes += 1;
      if ((writes.get(what.fd) ?? 0) === what.writes) dirty.delete(what.fd);
    }
  }
  return { acks, flushes, early };
}
