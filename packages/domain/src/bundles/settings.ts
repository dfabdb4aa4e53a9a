/**
 * The configuration in force: the newest version of each kind that this build can read, else what the product ships.
 *
 *  BST-READ     a version that fails its checks is passed over and counted, never used
 *  BST-WHOLE    a version is adopted only when it works together with the others in force
 *  BST-VERSION  a new version has a higher number than the one in force
 */
import { type BundleConfig, compileConfig, DEFAULT_PARTS } from '@fieldfare/engine-bundles';
import { createRow, fail, newId, ok, orgShard, problem, type Result, unwrap } from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { type BundleSetting, bundleSettings, SETTING_KINDS, type SettingKind } from './tables.ts';

type Parts = Readonly<Record<SettingKind, unknown>>;

export interface SettingsInForce {
  readonly config: BundleConfig;
  readonly parts: Parts;
  /** The row in force; null: what the product ships. */
  readonly rows: Readonly<Record<SettingKind, BundleSetting | null>>;
  /** Newer versions that this build cannot use. */
  readonly passedOver: number;
}

function parseJson(text: string): Result<unknown> {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    return fail(problem('invalid', 'this is not JSON', { rule: 'BST-READ', path: ['content'] }));
  }
}

export function settingsFrom(rows: readonly BundleSetting[]): SettingsInForce {
  let passedOver = 0;
  const parts: Record<SettingKind, unknown> = { ...DEFAULT_PARTS };
  const inForce: Record<SettingKind, BundleSetting | null> = { matrix: null, axes: null, rates: null };
  for (const kind of SETTING_KINDS) {
    const newest = rows
      .filter((row) => row.kind === kind)
      .sort((a, b) => (a.adoptedAt === b.adoptedAt ? (a.id < b.id ? 1 : -1) : a.adoptedAt < b.adoptedAt ? 1 : -1));
    for (const row of newest) {
      const content = parseJson(row.content);
      if (content.ok && compileConfig({ ...parts, [kind]: content.value }).ok) {
        parts[kind] = content.value;
        inForce[kind] = row;
        break;
      }
      passedOver += 1;
    }
  }
  return { config: unwrap(compileConfig(parts)), parts, rows: inForce, passedOver };
}

export async function readSettings(ctx: Context): Promise<SettingsInForce> {
  unwrap(await ctx.ready([orgShard]));
  const rows = await ctx.store.db
    .selectFrom('bundleSettings')
    .select(columnsOf(bundleSettings))
    .where('deletedAt', 'is', null)
    .execute();
  return settingsFrom(rows);
}

const number = (version: string): number =>
  version.split('.').reduce((sum, part) => sum * 1000 + Number.parseInt(part, 10), 0);

const versionIn = ({ config }: Pick<SettingsInForce, 'config'>, kind: SettingKind): string =>
  ({ matrix: config.matrix.version, axes: config.axes.version, rates: config.book.version })[kind];

/** The configuration as it would be with `content`, or everything that is wrong with it. */
export function tryContent(inForce: SettingsInForce, kind: SettingKind, content: string): Result<BundleConfig> {
  const parsed = parseJson(content);
  if (!parsed.ok) return parsed;
  const compiled = compileConfig({ ...inForce.parts, [kind]: parsed.value });
  if (!compiled.ok) return compiled;
  const [before, after] = [versionIn(inForce, kind), versionIn({ config: compiled.value }, kind)];
  if (number(after) <= number(before)) {
    return fail(
      problem('invalid', `version ${after} is not above ${before}, which is in force`, {
        rule: 'BST-VERSION',
        path: [kind, 'version'],
      }),
    );
  }
  return compiled;
}

export async function adoptSetting(
  ctx: Context,
  input: { readonly kind: SettingKind; readonly content: string; readonly note: string },
): Promise<{ readonly version: string }> {
  const { kind, content, note } = input;
  const config = unwrap(tryContent(await readSettings(ctx), kind, content));
  const row: BundleSetting = {
    id: newId(ctx.clock, ctx.random),
    kind,
    content,
    note,
    adoptedAt: new Date(ctx.clock.now()).toISOString(),
    adoptedBy: ctx.principal.userId,
  };
  const version = versionIn({ config }, kind);
  unwrap(await ctx.write([createRow(bundleSettings, row)], { label: `Adopt ${kind} ${version}` }));
  return { version };
}
