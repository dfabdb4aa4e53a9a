import { existsSync } from 'node:fs';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { CHROMIUM_ARGS } from './apps/desktop/test/e2e/chromium-args.ts';

const chromium = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && path !== '' && existsSync(path));

const common = { exclude: ['**/node_modules/**', '**/dist/**'] };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'node',
          environment: 'node',
          include: ['{packages,apps,sync-server,tools}/**/*.test.ts'],
          exclude: [...common.exclude, '**/*.browser.test.ts', '**/*.e2e.test.ts'],
          testTimeout: 30_000,
          // Opening a database takes its time on a loaded machine.
          hookTimeout: 60_000,
        },
      },
      {
        optimizeDeps: {
          // PGlite finds its WASM beside its own module: pre-bundling would move it away.
          exclude: ['@electric-sql/pglite'],
          // Found at the start: a dependency found in the middle of a first run reloads the page under its tests.
          entries: ['{packages,apps}/**/*.browser.test.{ts,tsx}'],
        },
        test: {
          ...common,
          name: 'browser',
          include: ['{packages,apps}/**/*.browser.test.{ts,tsx}'],
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(chromium === undefined ? {} : { executablePath: chromium }),
                args: [...CHROMIUM_ARGS],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        test: {
          ...common,
          name: 'e2e',
          environment: 'node',
          include: ['{apps,sync-server,tools}/**/*.e2e.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // What a loaded machine takes a second longer for is not a failure.
          expect: { poll: { timeout: 15_000, interval: 100 } },
          fileParallelism: false,
        },
      },
    ],
  },
});
