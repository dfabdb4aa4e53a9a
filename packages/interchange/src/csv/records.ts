/**
 * Records of CSV text (RFC 4180), in one pass over it. A quote opens a cell only at its beginning and is doubled inside.
 * Records end as the first one does: with CR LF, LF or CR; what else breaks lines is content. Reading ends where the caller says so, at a misplaced quote, or in a record that is too
 * long: what is hostile costs no more than what was read until then.
 */

/** Characters of one record. */
export const MAX_RECORD = 100_000;

export interface Reading {
  readonly ended: 'all' | 'stopped' | 'open-quote' | 'wrong-quote' | 'too-long';
  /** Line on which the last record begins, from 1. */
  readonly line: number;
}

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

const breaksLine = (code: number): boolean => code === LF || code === CR;

/** What breaks the line at this place. */
const breakAt = (text: string, at: number): string => (text.startsWith('\r\n', at) ? '\r\n' : text.charAt(at));

/** Place behind the closing quote of the cell whose quote opens at `from`, -1 when there is none up to `limit`. */
function closing(text: string, from: number, limit: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1 && at <= limit; at = text.indexOf('"', at + 2)) {
    if (text.charCodeAt(at + 1) !== QUOTE) return at + 1;
  }
  return -1;
}

const lineEnds = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0;

/** Calls `take` with each record and the line on which it begins, until it answers false. */
export function readRecords(
  text: string,
  delimiter: string,
  take: (cells: readonly string[], line: number) => boolean,
): Reading {
  const separator = delimiter.charCodeAt(0);
  let line = 1;
  /** What ends records; null: none has ended yet. */
  let end: string | null = null;
  for (let at = 0; at < text.length; ) {
    const limit = at + MAX_RECORD;
    const begun = line;
    const cells: string[] = [];
    for (;;) {
      const from = at;
      if (text.charCodeAt(at) === QUOTE) {
        at = closing(text, from, limit);
        if (at === -1) return { ended: text.length > limit ? 'too-long' : 'open-quote', line: begun };
        const cell = text.slice(from + 1, at - 1);
        line += lineEnds(cell);
        cells.push(cell.replaceAll('""', '"'));
      } else {
        for (; at < text.length; at += 1) {
          const code = text.charCodeAt(at);
          if (code === separator || code === QUOTE) break;
          if (!breaksLine(code)) continue;
          if (end === null || text.startsWith(end, at)) break;
          if (code === LF || text.charCodeAt(at + 1) !== LF) line += 1;
        }
        cells.push(text.slice(from, at));
      }
      if (at > limit) return { ended: 'too-long', line: begun };
      if (text.charCodeAt(at) !== separator) break;
      at += 1;
    }
    if (at < text.length) {
      if (!breaksLine(text.charCodeAt(at))) return { ended: 'wrong-quote', line: begun };
      end ??= breakAt(text, at);
      at += breakAt(text, at).length;
      line += 1;
    }
    if (!take(cells, begun)) return { ended: 'stopped', line: begun };
  }
  return { ended: 'all', line };
}
