/**
 * Which rules speak: the packs in force by the organisation's rows, each verified whenever the rows or the day change.
 *
 *  PCK-LATEST   of one pack the version adopted last speaks; of two packs for one stand-in the one adopted last
 *  PCK-PASS     a pack that fails its checks is passed over with its problems: the stand-ins speak again under their names
 */
import { dateAt, type LocalDate, orgShard, type Problem, unwrap } from '@fieldfare/kernel';
import { compareText } from '../../collections.ts';
import type { Context } from '../../procedure.ts';
import { columnsOf } from '../../queries.ts';
import { type OpenedPack, openPack } from './envelope.ts';
import { type PackInForce, type RuleBook, ruleBookOf } from './pack.ts';
import { type PackKey, packKeys, type RulePackRow, rulePacks } from './tables.ts';

export interface JudgedPack {
  readonly row: RulePackRow;
  /** Null with `problems` when it cannot be used. */
  readonly opened: OpenedPack | null;
  readonly problems: readonly Problem[];
}

export interface PacksInForce {
  readonly today: LocalDate;
  readonly keys: readonly PackKey[];
  /** Every row that was not withdrawn, adopted last first. */
  readonly judged: readonly JudgedPack[];
  /** Those that speak, in order of precedence. */
  readonly packs: readonly PackInForce[];
  readonly book: RuleBook;
}

export const trustedOf = (keys: readonly PackKey[]): readonly PackKey[] =>
  keys.filter(({ revokedAt }) => revokedAt === null);

/** `PCK-LATEST` */
export function packsThatSpeak(judged: readonly JudgedPack[]): readonly PackInForce[] {
  const seen = new Set<string>();
  return judged.flatMap(({ opened }) => {
    if (opened === null || seen.has(opened.content.id)) return [];
    seen.add(opened.content.id);
    return [opened.inForce];
  });
}

async function judge(rows: readonly RulePackRow[], keys: readonly PackKey[], today: LocalDate): Promise<PacksInForce> {
  const trusted = trustedOf(keys);
  const standing = rows
    .filter(({ withdrawnAt }) => withdrawnAt === null)
    .toSorted((a, b) => compareText(b.adoptedAt, a.adoptedAt) || compareText(b.id, a.id));
  const judged = await Promise.all(
    standing.map(async (row): Promise<JudgedPack> => {
      const opened = await openPack(row.content, trusted, today);
      return opened.ok ? { row, opened: opened.value, problems: [] } : { row, opened: null, problems: opened.problems };
    }),
  );
  const packs = packsThatSpeak(judged);
  return { today, keys, judged, packs, book: ruleBookOf(packs) };
}

export async function packRows(
  ctx: Context,
): Promise<{ readonly rows: readonly RulePackRow[]; readonly keys: readonly PackKey[] }> {
  unwrap(await ctx.ready([orgShard]));
  const { db } = ctx.store;
  const [rows, keys] = await Promise.all([
    db.selectFrom('rulePacks').select(columnsOf(rulePacks)).where('deletedAt', 'is', null).orderBy('id').execute(),
    db.selectFrom('packKeys').select(columnsOf(packKeys)).where('deletedAt', 'is', null).orderBy('id').execute(),
  ]);
  return { rows, keys };
}

/** The last verdict of each store: signatures are checked again only when a row or the day is another one. */
const verdicts = new WeakMap<Context['store'], { readonly of: string; readonly verdict: Promise<PacksInForce> }>();

/** The day is that of UTC: a pack holds in all regions or in none. */
export async function packsInForce(ctx: Context): Promise<PacksInForce> {
  const { rows, keys } = await packRows(ctx);
  const today = dateAt(ctx.clock.now(), 'UTC');
  const of = JSON.stringify([today, rows, keys]);
  const last = verdicts.get(ctx.store);
  if (last?.of === of) return last.verdict;
  const verdict = judge(rows, keys, today);
  verdicts.set(ctx.store, { of, verdict });
  return verdict;
}
