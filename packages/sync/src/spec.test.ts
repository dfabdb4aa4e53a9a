/** SPEC.md and the tests say the same: every promise has a test that carries its id, every such id is a promise. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const TESTS = ['packages/{sync,testkit,workspace}/**', 'sync-server/**', 'apps/desktop/test/**'].map(
  (folder) => `${folder}/*{.test,-suite}.ts`,
);
const ID = '(?:SYN|JRN|PRO)-[A-Z0-9]+(?:-[A-Z0-9]+)*';
/** Test names begin with their ids, one or more, and go on. A literal that is nothing but an id is no name. */
const NAME = new RegExp(`['"\`](${ID}(?:[ ,]+${ID})*)[: ]`, 'g');

function idsInTests(): Set<string> {
  const ids = new Set<string>();
  for (const file of globSync(TESTS, { cwd: REPOSITORY, exclude: (name) => name === 'node_modules' })) {
    for (const [, names = ''] of readFileSync(REPOSITORY + file, 'utf8').matchAll(NAME)) {
      for (const id of names.split(/[ ,]+/)) ids.add(id);
    }
  }
  return ids;
}

describe('SPEC.md', () => {
  const spec = readFileSync(new URL('../SPEC.md', import.meta.url), 'utf8');
  const promised = [...spec.matchAll(new RegExp(`^\\| \`(${ID})\``, 'gm'))].map(([, id = '']) => id);
  const tested = idsInTests();

  it('is read, and so are the tests', () => {
    expect(promised.length).toBeGreaterThan(60);
    expect(tested.size).toBeGreaterThan(60);
  });

  it('promises each thing once', () => {
    expect(promised.filter((id, i) => promised.indexOf(id) !== i)).toEqual([]);
  });

  it('every promise has a test that carries its id', () => {
    expect(promised.filter((id) => !tested.has(id))).toEqual([]);
  });

  it('every id that a test carries is a promise', () => {
    expect([...tested].filter((id) => !promised.includes(id)).sort()).toEqual([]);
  });
});
