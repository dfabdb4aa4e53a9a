/** Rule packs and keys as an administrator sees them. */
import { can, orgShard, type Problem } from '@fieldfare/kernel';
import { topicOf } from '@fieldfare/store';
import { userNames } from '../../identity/index.ts';
import type { Context } from '../../procedure.ts';
import { type OpenedPack, thumbprintOf } from './envelope.ts';
import { packRows, packsInForce } from './in-force.ts';
import type { PackContent } from './pack.ts';
import { SLOTS } from './slots.ts';
import { packKeys, rulePacks } from './tables.ts';

export interface ReplacedRule {
  readonly slot: string;
  /** Of the stand-in, in our words. */
  readonly label: string;
  readonly id: string;
  readonly status: PackContent['rules'][number]['status'];
}

/** What a pack says of itself, once its signature holds. */
export interface PackSummary extends Pick<PackContent, 'id' | 'version' | 'issuer' | 'issuedOn' | 'expiresOn'> {
  readonly replaces: readonly ReplacedRule[];
}

export interface PackRowView {
  readonly rowId: string;
  readonly adoptedAt: string;
  readonly adoptedByName: string;
  readonly note: string;
  /** `silent`: good, and a later version or another pack speaks in its place. */
  readonly state: 'in-force' | 'silent' | 'passed-over';
  /** Null when it cannot be read; `problems` then says why. */
  readonly summary: PackSummary | null;
  readonly problems: readonly Problem[];
}

export interface PackKeyView {
  readonly rowId: string;
  readonly issuer: string;
  /** RFC 7638 thumbprint: what a pack names as its `kid`. */
  readonly thumbprint: string;
  readonly addedAt: string;
  readonly addedByName: string;
  readonly revokedAt: string | null;
}

export interface PacksView {
  readonly writable: boolean;
  /** Every stand-in and who speaks for it; `pack` null: itself. */
  readonly slots: readonly {
    readonly id: string;
    readonly label: string;
    readonly speaks: string;
    readonly pack: { readonly id: string; readonly version: string } | null;
  }[];
  readonly packs: readonly PackRowView[];
  /** Withdrawn rows. */
  readonly withdrawn: number;
  readonly keys: readonly PackKeyView[];
}

export const summaryOf = ({ content }: OpenedPack): PackSummary => {
  const { id, version, issuer, issuedOn, expiresOn, rules } = content;
  return {
    id,
    version,
    issuer,
    issuedOn,
    expiresOn,
    replaces: rules.map((rule) => ({
      slot: rule.replaces,
      label: SLOTS.find((slot) => slot.id === rule.replaces)?.label ?? rule.replaces,
      id: rule.id,
      status: rule.status,
    })),
  };
};

export async function packsView(ctx: Context): Promise<PacksView> {
  const [{ rows }, { judged, keys, packs, book }, names] = await Promise.all([
    packRows(ctx),
    packsInForce(ctx),
    userNames(ctx.store),
  ]);
  const speaking = new Set([...book.values()].map(({ pack }) => pack?.hash));
  return {
    writable: can(ctx.principal, 'orgs.write', { tenantId: ctx.principal.tenantId, regionId: null }).ok,
    slots: SLOTS.map(({ id, label }) => {
      const rule = book.get(id);
      return { id, label, speaks: rule?.id ?? id, pack: rule?.pack ?? null };
    }),
    packs: judged.map(({ row, opened, problems }) => ({
      rowId: row.id,
      adoptedAt: row.adoptedAt,
      adoptedByName: names.get(row.adoptedBy) ?? '',
      note: row.note,
      state: opened === null ? 'passed-over' : speaks(opened, packs, speaking) ? 'in-force' : 'silent',
      summary: opened && summaryOf(opened),
      problems,
    })),
    withdrawn: rows.length - judged.length,
    keys: await Promise.all(
      keys.map(async ({ id, issuer, publicKey, addedAt, addedBy, revokedAt }) => ({
        rowId: id,
        issuer,
        thumbprint: await thumbprintOf(publicKey),
        addedAt,
        addedByName: names.get(addedBy) ?? '',
        revokedAt,
      })),
    ),
  };
}

const speaks = (
  { inForce }: OpenedPack,
  packs: readonly { readonly hash: string }[],
  speaking: ReadonlySet<string | undefined>,
): boolean => packs.some(({ hash }) => hash === inForce.hash) && speaking.has(inForce.hash);

/** What tells that another rule may speak. */
export const PACK_TOPICS = [rulePacks, packKeys].map(({ name }) => topicOf(name, orgShard));

export async function* packsEvents(
  ctx: Context,
  signal: AbortSignal | undefined,
): AsyncGenerator<PacksView, void, void> {
  await packsView(ctx); // brings the shard in
  yield* ctx.store.live(PACK_TOPICS, () => packsView(ctx), signal ?? new AbortController().signal);
}
