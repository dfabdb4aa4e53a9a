/** The worker that holds the projection's database, so that its start and its long statements hold up nobody. */
import wasmUrl from 'pglite.wasm?url';
import { serveLater } from './serve-later.ts';

// Compiled from the response itself, which is what lets the browser keep the compiled code for the next start.
const wasm = WebAssembly.compileStreaming(fetch(wasmUrl));
wasm.catch(() => {}); // whoever opens the database sees it

serveLater(import('./database-host.ts'), ({ serveProjection }) => serveProjection(wasm));
