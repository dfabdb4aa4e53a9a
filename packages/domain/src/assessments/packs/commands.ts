/**
 * What an administrator does to rule packs and the keys they are signed with. A pack that cannot be used changes nothing.
 *
 *  PCK-VERSION   a version of a pack is higher than the one in force
 */
import { createRow, fail, newId, orgShard, problem, type Result, unwrap } from '@fieldfare/kernel';
import type { Context } from '../../procedure.ts';
import { type OpenedPack, openPack, publicKeyIn } from './envelope.ts';
import { type PacksInForce, packsInForce, trustedOf } from './in-force.ts';
import { type PackKey, packKeys, type RulePackRow, rulePacks } from './tables.ts';

const nowText = (ctx: Context): string => new Date(ctx.clock.now()).toISOString();

/** Its three numbers have at most four digits each. */
const ordinal = (version: string): number =>
  version.split('.').reduce((sum, part) => sum * 10_000 + Number.parseInt(part, 10), 0);

/** A pack that could be put in force now, or everything that speaks against it. */
export async function tryPack(inForce: PacksInForce, content: string): Promise<Result<OpenedPack>> {
  const opened = await openPack(content.trim(), trustedOf(inForce.keys), inForce.today);
  if (!opened.ok) return opened;
  const { id, version } = opened.value.content;
  const standing = inForce.packs.find((pack) => pack.id === id);
  if (!standing || ordinal(version) > ordinal(standing.version)) return opened;
  return fail(
    problem('conflict', `version ${version} is not above ${standing.version}, which is in force`, {
      rule: 'PCK-VERSION',
    }),
  );
}

export async function adoptPack(
  ctx: Context,
  input: { readonly content: string; readonly note: string },
): Promise<{ readonly id: string; readonly version: string }> {
  const { content } = unwrap(await tryPack(await packsInForce(ctx), input.content));
  const row: RulePackRow = {
    id: newId(ctx.clock, ctx.random),
    content: input.content.trim(),
    note: input.note.trim(),
    adoptedAt: nowText(ctx),
    adoptedBy: ctx.principal.userId,
    withdrawnAt: null,
    withdrawnBy: null,
  };
  const { id, version } = content;
  unwrap(await ctx.write([createRow(rulePacks, row)], { label: `Put rule pack ${id} ${version} in force` }));
  return { id, version };
}

const gone = (what: string): Result<never> =>
  fail(problem('not-found', `there is no such ${what}`, { rule: 'PCK-KNOWN' }));

/** Ends what a row stands for, once: the second one to say so changes nothing. */
async function end(
  ctx: Context,
  input: {
    readonly table: typeof rulePacks | typeof packKeys;
    readonly id: string;
    readonly set: Record<string, string>;
  },
): Promise<void> {
  const { table, id, set } = input;
  const row = ctx.row(orgShard, table.name, id);
  if (row === null || row.deleted) return unwrap(gone(table === packKeys ? 'key' : 'rule pack'));
  const [stamp = ''] = Object.keys(set);
  if (row.fields[stamp] != null) return;
  unwrap(await ctx.write([{ table: table.name, shard: orgShard, id, set }]));
}

export async function withdrawPack(ctx: Context, { rowId }: { readonly rowId: string }): Promise<void> {
  unwrap(await ctx.ready([orgShard]));
  const set = { withdrawnAt: nowText(ctx), withdrawnBy: ctx.principal.userId };
  await end(ctx, { table: rulePacks, id: rowId, set });
}

export async function trustKey(
  ctx: Context,
  input: { readonly issuer: string; readonly publicKey: string },
): Promise<{ readonly keyId: string }> {
  const publicKey = unwrap(publicKeyIn(input.publicKey));
  const issuer = input.issuer.trim();
  const standing = trustedOf((await packsInForce(ctx)).keys).find(
    (key) => key.publicKey === publicKey && key.issuer === issuer,
  );
  if (standing) return { keyId: standing.id };
  const key: PackKey = {
    id: newId(ctx.clock, ctx.random),
    issuer,
    publicKey,
    addedAt: nowText(ctx),
    addedBy: ctx.principal.userId,
    revokedAt: null,
    revokedBy: null,
  };
  unwrap(await ctx.write([createRow(packKeys, key)]));
  return { keyId: key.id };
}

/** Packs signed with it fall silent with it. */
export async function revokeKey(ctx: Context, { rowId }: { readonly rowId: string }): Promise<void> {
  unwrap(await ctx.ready([orgShard]));
  await end(ctx, {
    table: packKeys,
    id: rowId,
    set: { revokedAt: nowText(ctx), revokedBy: ctx.principal.userId },
  });
}
