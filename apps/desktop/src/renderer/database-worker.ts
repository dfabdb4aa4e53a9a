/** The worker that holds the projection's database, so that its start and its long statements hold up nobody. */
import wasmUrl from 'pglite.wasm?url';
import { fetchTemplate, serveDatabase } from '@fieldfare/store/database-thread';

serveDatabase({
  template: fetchTemplate(new URL('/template/', self.location.href).href),
  // Compiled from the response itself, which is what lets the browser keep the compiled code for the next start.
  wasm: WebAssembly.compileStreaming(fetch(wasmUrl)),
});
