/** `pnpm new:module NAME`: writes the skeleton of a domain module and its line in the registry. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/run.ts';

const [name = ''] = process.argv.slice(2);
if (!/^[a-z]+$/.test(name)) {
  console.error('usage: pnpm new:module NAME   (one lower-case word, the subject in the plural: reminders)');
  process.exit(2);
}
const folder = join(root, 'packages', 'domain', 'src', name);
if (existsSync(folder)) {
  console.error(`packages/domain/src/${name} is there already`);
  process.exit(1);
}

const files: Readonly<Record<string, string>> = {
  'README.md': `# ${name}

What it is for, in a sentence.

- Table: \`${name}\` (shard \`org\`).
- Rules: none yet.
- Procedures: \`${name}.list\`.
- Called by: nobody yet.
`,
  'tables.ts': `import { defineTable, type Row } from '@fieldfare/kernel';
import { z } from 'zod';
import { inOrg } from '../shards.ts';

export const ${name} = defineTable({
  name: '${name}',
  about: 'one line for people: what a row is',
  version: 1,
  ...inOrg,
  columns: {
    name: z.string().min(1).max(120),
  },
});
export type ${name.charAt(0).toUpperCase()}${name.slice(1)}Row = Row<typeof ${name}>;
`,
  'router.ts': `import { orgShard, unwrap } from '@fieldfare/kernel';
import { router, tenantProcedure } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { ${name} } from './tables.ts';

export const ${name}Router = router({
  list: tenantProcedure('orgs.read').query(async ({ ctx }) => {
    unwrap(await ctx.ready([orgShard]));
    return await ctx.store.db
      .selectFrom('${name}')
      .select(columnsOf(${name}))
      .where('deletedAt', 'is', null)
      .orderBy('name')
      .execute();
  }),
});
`,
  'index.ts': `import { defineModule } from '@fieldfare/kernel';
import { ${name}Router } from './router.ts';
import { ${name} } from './tables.ts';

export * from './tables.ts';

export const ${name}Module = defineModule({
  name: '${name}',
  about: 'one line for people: what the module is for',
  tables: [${name}],
  router: ${name}Router,
});
`,
};

mkdirSync(folder);
for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);

/** Puts `line` before the first line that matches, or fails: a skeleton half registered would mislead. */
function insert(file: string, before: RegExp, line: string): void {
  const path = join(root, 'packages', 'domain', 'src', file);
  const text = readFileSync(path, 'utf8');
  const at = text.search(before);
  if (at < 0) throw new Error(`${file} has changed its shape: add \`${line.trim()}\` by hand`);
  writeFileSync(path, text.slice(0, at) + line + text.slice(at));
}

insert('registry.ts', /^import \{ router \}/m, `import { ${name}Module } from './${name}/index.ts';\n`);
insert('registry.ts', /\] as const;/, `, ${name}Module`);
insert('registry.ts', /^\}\);\nexport type AppRouter/m, `  ${name}: ${name}Module.router,\n`);
insert('database.ts', /^import .*workforce/m, `import type { ${name} } from './${name}/tables.ts';\n`);
insert('database.ts', /^\}\s*$(?![\s\S]*^\}\s*$)/m, `  readonly ${name}: Projected<typeof ${name}>;\n`);
insert('index.ts', /^export \* from '.\/workforce/m, `export * from './${name}/index.ts';\n`);
console.log(
  `packages/domain/src/${name} is there. Next: its columns, its permission in the kernel's table, its tests.`,
);
