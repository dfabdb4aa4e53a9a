import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** PGlite's program; its package exports no address for it. */
const pgliteWasm = join(
  dirname(createRequire(here('../../packages/store/package.json')).resolve('@electric-sql/pglite')),
  'pglite.wasm',
);

/**
 * The renderer as a web app: one build that the server, Electron's `app://` and the tests all serve.
 * `FIELDFARE_BENCH=1` adds the board's bench page, which never ships.
 */
export default defineConfig({
  root: here('./src/renderer'),
  publicDir: here('./public'),
  base: '/',
  plugins: [react()],
  build: {
    // Electron 25 is the oldest host.
    target: 'chrome114',
    outDir: process.env.FIELDFARE_WEB_OUT ?? here('./dist/web'),
    emptyOutDir: true,
    // The content policy admits no `data:` images or fonts, and wasm must stay a file that can be streamed.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      input: {
        index: here('./src/renderer/index.html'),
        ...(process.env.FIELDFARE_BENCH === '1' ? { bench: here('./src/renderer/bench/bench.html') } : {}),
      },
    },
  },
  resolve: { alias: [{ find: /^pglite\.wasm/, replacement: pgliteWasm }] },
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['@electric-sql/pglite'] },
});
