/** Main and preload as CommonJS, dependencies bundled: what Electron loads is these two files and the web build. */
import { defineConfig } from 'vite';

const part = process.env.FIELDFARE_ELECTRON_PART === 'preload' ? 'preload' : 'main';

export default defineConfig({
  build: {
    ssr: `src/${part}/index.ts`,
    outDir: `dist/${part}`,
    emptyOutDir: true,
    target: 'node18',
    minify: false,
    rolldownOptions: {
      external: ['electron', /^node:/],
      output: { format: 'cjs', entryFileNames: 'index.cjs' },
    },
  },
  ssr: { noExternal: true, external: ['electron'] },
});
