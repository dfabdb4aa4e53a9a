/** Builds the web application (with the database template beside it) when its sources changed. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { binary, root, run } from './run.ts';

export const webDir = join(root, 'apps', 'desktop', 'dist', 'web');
const stampFile = join(root, 'apps', 'desktop', 'dist', 'web.stamp');
const templateDir = join(root, 'packages', 'store', 'template');
const publicTemplateDir = join(root, 'apps', 'desktop', 'public', 'template');

const SOURCES = ['packages', 'apps/desktop', 'pnpm-lock.yaml'];
const SKIP = new Set(['node_modules', 'dist', 'public', 'test', 'template', 'bench']);

function* filesUnder(path: string): Generator<string> {
  if (statSync(path).isFile()) {
    yield path;
    return;
  }
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (SKIP.has(entry.name) && !path.endsWith('src')) continue;
    const child = join(path, entry.name);
    if (entry.isDirectory()) yield* filesUnder(child);
    else if (!/\.test\.tsx?$|\.md$/.test(entry.name)) yield child;
  }
}

function sourceHash(): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of [...filesUnder(join(root, source))].sort()) {
      hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

/** Builds the database template when the schema changed. */
export async function buildTemplate(): Promise<void> {
  const { code } = await run(binary('node'), ['tools/build-template.ts']);
  if (code !== 0) throw new Error('building the database template failed');
}

/** Leaves a current build in `webDir`. */
export async function buildWeb(): Promise<void> {
  await buildTemplate();
  const hash = sourceHash();
  if (existsSync(join(webDir, 'index.html')) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash)
    return;
  rmSync(publicTemplateDir, { recursive: true, force: true });
  mkdirSync(publicTemplateDir, { recursive: true });
  cpSync(templateDir, publicTemplateDir, { recursive: true });
  console.log('Building the application …');
  const { code, output } = await run(binary('vite'), ['build', '--logLevel', 'warn'], {
    cwd: join(root, 'apps', 'desktop'),
    quiet: true,
  });
  if (code !== 0) throw new Error(`building the application failed\n${output}`);
  writeFileSync(stampFile, hash);
}
