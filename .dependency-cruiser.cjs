/** Direction: kernel → {engines, sync, store} → domain → workspace → {apps, sync-server}. No exceptions. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: '(\\.test\\.tsx?$|/test/|-suite\\.ts$)' },
  to: { path: '^(packages|apps|sync-server|tools)/', pathNot: [from, ...allowed] },
});
const K = '^packages/kernel/';
const E = '^packages/engines/';
const S = '^packages/sync/';
const T = '^packages/store/';
const D = '^packages/domain/';
const I = '^packages/interchange/';
const W = '^packages/workspace/';
const DEMO = '^packages/demo/';

module.exports = {
  forbidden: [
    only('kernel-uses-nothing', K, []),
    only('engines-use-kernel', E, [K]),
    only('sync-uses-kernel', S, [K]),
    only('store-uses-kernel', T, [K]),
    only('domain-direction', D, [K, E, S, T]),
    only('interchange-direction', I, [K, D]),
    only('demo-direction', DEMO, [K, D]),
    only('workspace-direction', W, [K, S, T, D, I]),
    only('server-direction', '^sync-server/', [K, S, T, D, W, DEMO]),
    only('companion-direction', '^apps/companion/', [K, D, I, W]),
    only('desktop-direction', '^apps/desktop/', [K, S, T, D, W]),
    {
      name: 'testkit-in-tests-only',
      severity: 'error',
      from: { pathNot: '(\\.test\\.tsx?$|/test/|/bench/|-suite\\.ts$|^packages/testkit/)' },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'module-by-its-face',
      comment: 'a domain module is used through its index.ts, or its tables.ts for the row types',
      severity: 'error',
      from: { path: '^packages/domain/src/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^packages/domain/src/([^/]+)/',
        pathNot: ['^packages/domain/src/$1/', '^packages/domain/src/[^/]+/(index|tables)\\.ts$'],
      },
    },
    {
      name: 'no-circular',
      comment: 'types included: a circle of types is a file that asks two questions',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(/dist/|/node_modules/|/public/)' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
};
