/** The projection's database behind the worker's messages, from the template that the product's own address serves. */
import { fetchTemplate, serveDatabase } from '@fieldfare/store/database-thread';

export const serveProjection = (wasm: Promise<WebAssembly.Module>): void =>
  serveDatabase({ template: fetchTemplate(new URL('/template/', self.location.href).href), wasm });
