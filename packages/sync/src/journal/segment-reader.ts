/**
 * Finds and reads the frames of one shard: an index in memory from shard to places, neighbouring places in one read.
 */
import { type AppendFile, type FileStore, invariant, type ShardId } from '@fieldfare/kernel';
import type { JournalDamage, RecordKind, StoredRecord } from '../types.ts';
import { type FrameCipher, isWhole, openFrame, readHead } from './format.ts';
import type { Segment } from './recovery.ts';

const NO_HEADS: Readonly<Record<RecordKind, number>> = { local: 0, remote: 0, ack: 0, sealed: 0, owner: 0 };

/** Frames closer than this are fetched in one read, and what lies between is dropped. */
const GAP = 32 * 1024;
const LONGEST_READ = 4 * 1024 * 1024;
/** Sealed segments kept open for reading. */
const OPEN_SEGMENTS = 16;
/** Numbers a frame takes in the index: seq, segment, offset, length. Flat, as there are millions of them. */
const STRIDE = 4;

export interface SegmentReader {
  segments(): readonly Segment[];
  /** Lets frames of a segment be read; `file` when it is open already. */
  addSegment(segment: Segment, file: AppendFile | null): void;
  index(shard: ShardId, segment: Segment, frame: IndexedFrame): void;
  /** Seq of the shard's newest frame of each kind, 0 for none. */
  heads(shard: ShardId): Readonly<Record<RecordKind, number>>;
  size(shard: ShardId): { readonly bytes: number; readonly frames: number };
  shards(): readonly ShardId[];
  frames(): number;
  /** How many frames of the shard have a seq from `from` to below `to`. */
  count(shard: ShardId, from: number, to: number): number;
  /** Forgets the shard's frames below this seq, and says how many those were. */
  drop(shard: ShardId, below: number): number;
  /**
   * Removes the oldest segments that hold no frame any more, never the newest. In order, each durably before the next:
   * a later segment says which frames of earlier ones are void (JRN-VOID), so it must not go before them.
   */
  removeEmpty(): Promise<void>;
  read(
    shard: ShardId,
  ): Promise<{ readonly records: readonly StoredRecord[]; readonly damage: readonly JournalDamage[] }>;
  close(): Promise<void>;
}

export interface IndexedFrame {
  readonly seq: number;
  readonly kind: RecordKind;
  readonly offset: number;
  readonly length: number;
}

interface Place {
  readonly seq: number;
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

export function createSegmentReader(files: FileStore, cipher: FrameCipher): SegmentReader {
  /** By position, which the index names; null: removed. */
  const segments: (Segment | null)[] = [];
  /** Frames in the index, by position of their segment. */
  const live: number[] = [];
  const positions = new Map<Segment, number>();
  const places = new Map<ShardId, number[]>();
  const heads = new Map<ShardId, Record<RecordKind, number>>();
  /** In order of last use. */
  const open = new Map<Segment, AppendFile>();
  const sizes = new Map<ShardId, number>();
  let frames = 0;
  /** Reads take turns: a file is open at most once, and eviction must not close it under another read. */
  let turn: Promise<unknown> = Promise.resolve();

  async function fileOf(segment: Segment): Promise<AppendFile> {
    const file = open.get(segment) ?? (await files.open(segment.name));
    open.delete(segment);
    open.set(segment, file);
    const newest = segments.at(-1); // being written to, never closed here
    for (const [candidate, idle] of open) {
      if (open.size <= OPEN_SEGMENTS) break;
      if (candidate === newest || candidate === segment) continue;
      open.delete(candidate);
      await idle.close().catch(() => undefined); // it was only read: nothing is lost with it
    }
    return file;
  }

  async function readRun(run: readonly Place[], shard: ShardId): ReturnType<SegmentReader['read']> {
    const [first] = run;
    const final = run.at(-1);
    invariant(first && final, 'a run has frames');
    const segment = segments[first.segment];
    invariant(segment, 'the index names known segments');
    const file = await fileOf(segment);
    const bytes = await file.read(first.offset, final.offset + final.length - first.offset);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const records: StoredRecord[] = [];
    const damage: JournalDamage[] = [];
    for (const place of run) {
      const report = (kind: JournalDamage['kind']): void => {
        damage.push({ kind, file: segment.name, offset: place.offset, bytes: place.length, shard });
      };
      const head = readHead(bytes, place.offset - first.offset, view);
      if (!head || head.shard !== shard || head.seq !== place.seq || !isWhole(bytes, head, view)) {
        report('corrupt-frame');
        continue;
      }
      const { seq, kind } = head;
      invariant(kind !== 'superseded', 'only records are indexed');
      const content = openFrame(bytes, head, cipher);
      if (content) records.push({ seq, shard, kind, bytes: content });
      else report('wrong-key');
    }
    return { records, damage };
  }

  return {
    segments: () => segments.filter((segment) => segment !== null),
    addSegment(segment, file) {
      positions.set(segment, segments.push(segment) - 1);
      live.push(0);
      if (file) open.set(segment, file);
    },
    index(shard, segment, frame) {
      const position = positions.get(segment);
      invariant(position !== undefined, 'frames are indexed in added segments');
      const list = places.get(shard);
      if (list) list.push(frame.seq, position, frame.offset, frame.length);
      else places.set(shard, [frame.seq, position, frame.offset, frame.length]);
      const newest = heads.get(shard) ?? { ...NO_HEADS };
      newest[frame.kind] = frame.seq;
      heads.set(shard, newest);
      sizes.set(shard, (sizes.get(shard) ?? 0) + frame.length);
      live[position] = (live[position] ?? 0) + 1;
      frames += 1;
    },
    count(shard, from, to) {
      let count = 0;
      for (const { seq } of placesOf(places.get(shard) ?? [])) if (seq >= from && seq < to) count += 1;
      return count;
    },
    drop(shard, below) {
      const before = frames;
      const kept: number[] = [];
      let bytes = 0;
      for (const place of placesOf(places.get(shard) ?? [])) {
        if (place.seq >= below) {
          kept.push(place.seq, place.segment, place.offset, place.length);
          bytes += place.length;
          continue;
        }
        live[place.segment] = (live[place.segment] ?? 0) - 1;
        frames -= 1;
      }
      places.set(shard, kept);
      sizes.set(shard, bytes);
      return before - frames;
    },
    removeEmpty() {
      const done = turn.then(async () => {
        for (const [position, segment] of segments.entries()) {
          if (segment === null) continue;
          if ((live[position] ?? 0) > 0 || position === segments.length - 1) return;
          await open.get(segment)?.close();
          open.delete(segment);
          await files.remove(segment.name);
          segments[position] = null;
        }
      });
      turn = done.catch(() => undefined);
      return done;
    },
    heads: (shard) => heads.get(shard) ?? NO_HEADS,
    size: (shard) => ({ bytes: sizes.get(shard) ?? 0, frames: (places.get(shard)?.length ?? 0) / STRIDE }),
    shards: () => [...places.keys()],
    frames: () => frames,
    read(shard) {
      const runs = runsOf(places.get(shard) ?? []);
      const result = turn.then(async () => {
        const records: StoredRecord[] = [];
        const damage: JournalDamage[] = [];
        for (const run of runs) {
          const part = await readRun(run, shard);
          for (const record of part.records) records.push(record);
          damage.push(...part.damage);
        }
        return { records, damage };
      });
      turn = result.catch(() => undefined);
      return result;
    },
    async close() {
      await turn;
      for (const file of open.values()) await file.close();
      open.clear();
    },
  };
}

function* placesOf(list: readonly number[]): Generator<Place> {
  for (let i = 0; i < list.length; i += STRIDE) {
    const [seq = 0, segment = 0, offset = 0, length = 0] = list.slice(i, i + STRIDE);
    yield { seq, segment, offset, length };
  }
}

function runsOf(list: readonly number[]): readonly (readonly Place[])[] {
  const runs: Place[][] = [];
  for (const place of placesOf(list)) {
    const run = runs.at(-1);
    const first = run?.[0];
    const previous = run?.at(-1);
    const joins =
      first?.segment === place.segment &&
      previous !== undefined &&
      place.offset - (previous.offset + previous.length) <= GAP &&
      place.offset + place.length - first.offset <= LONGEST_READ;
    if (run && joins) run.push(place);
    else runs.push([place]);
  }
  return runs;
}
