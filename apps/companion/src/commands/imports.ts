/** `fieldfare visits import` and its kin: dry run, the errors by line, then all or nothing. */
import { decodeText, type ImportKind, type RowError } from '@fieldfare/interchange';
import { problem, unwrap } from '@fieldfare/kernel';
import { connect, type GlobalFlags, regionOf } from '../context.ts';
import { refuse, usage } from '../exit.ts';
import type { Host } from '../host.ts';
import { json, table } from '../output.ts';

export interface ImportFlags extends GlobalFlags {
  readonly region?: string;
  readonly dryRun?: boolean;
  /** `field=Column name` */
  readonly map?: readonly string[];
}

const SHOWN_ERRORS = 50;

/** Null: take what the headers suggest. */
function mappingOf(pairs: readonly string[] | undefined, suggested: Readonly<Record<string, string>>) {
  if (!pairs) return null;
  const own = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw usage('a mapping is field=Column, for instance --map "lat=Breitengrad"');
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  // A column named by hand is taken from the field that the headers suggested it for.
  const columns = new Set(own.map(([, column]) => column));
  const rest = Object.entries(suggested).filter(([, column]) => !columns.has(column));
  return Object.fromEntries([...rest, ...own]);
}

const errorTable = (errors: readonly RowError[]): string =>
  table<RowError>(
    [
      { title: 'Line', right: true, cell: (error) => error.line },
      { title: 'Column', cell: (error) => error.column ?? '' },
      { title: 'What is wrong', cell: (error) => error.message },
      { title: 'Rule', cell: (error) => error.rule },
    ],
    errors,
  );

export async function importFile(host: Host, kind: ImportKind, path: string, flags: ImportFlags): Promise<void> {
  const bytes = path === '-' ? await host.readInput() : await host.readFile(path);
  const { text } = unwrap(decodeText(bytes));
  const api = await connect(host, flags);
  const { id: regionId, name } = await regionOf(api, flags);
  const preview = await api.call((client) => client.imports.preview.mutate({ regionId, kind, text }));
  const input = { regionId, kind, text, mapping: mappingOf(flags.map, preview.mapping) };
  const plan = await api.call((client) => client.imports.dryRun.mutate(input));

  const counts = `${plan.creates} new, ${plan.updates} changed, ${plan.unchanged} as they are`;
  if (plan.errorCount > 0) {
    if (flags.json) host.print(json({ committed: false, ...plan }));
    else host.note(errorTable(plan.errors.slice(0, SHOWN_ERRORS)));
    const rows = plan.errorCount === 1 ? 'one error' : `${plan.errorCount} errors`;
    throw refuse(problem('invalid', `the file has ${rows}: nothing was imported`, { rule: 'IMP-ALL' }));
  }
  if (flags.dryRun) {
    const sentence = `${path}: ${plan.rowCount} ${kind} for ${name}: ${counts}. Nothing was imported (dry run).\n`;
    host.print(flags.json ? json({ committed: false, ...plan }) : sentence);
    return;
  }
  const done = await api.call((client) => client.imports.commit.mutate(input));
  host.print(
    flags.json
      ? json({ committed: true, ...done })
      : `${path}: imported ${done.rowCount} ${kind} into ${name}: ${done.creates} new, ${done.updates} changed, ${done.unchanged} as they were.\n`,
  );
}
