/** Headers of every answer, and who may call from a browser. */
import type { IncomingHttpHeaders } from 'node:http';

const POLICY: Readonly<Record<string, string>> = {
  'default-src': "'self'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'style-src': "'self' 'unsafe-inline'",
  'connect-src': "'self' ws: wss:",
  'worker-src': "'self' blob:",
  'img-src': "'self' data: blob:",
  'font-src': "'self' data:",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
};

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': Object.entries(POLICY)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
};

export type OriginCheck = (headers: IncomingHttpHeaders) => 'none' | 'same' | 'allowed' | 'refused';

/**
 * Judges the `Origin` of a request or an upgrade (`SRV-ORIGIN`). No header: not a browser. Same host as the one asked:
 * our own page. `app://…`: the desktop shell, which no web page can be. Else only what `--origin` lists.
 */
export function createOriginCheck(allowed: readonly string[]): OriginCheck {
  const listed = new Set(allowed.map((origin) => origin.replace(/\/+$/, '').toLowerCase()));
  return ({ origin, host }) => {
    if (origin === undefined) return 'none';
    const asked = origin.toLowerCase();
    if (listed.has(asked) || asked.startsWith('app://')) return 'allowed';
    const url = URL.parse(asked);
    const web = url?.protocol === 'http:' || url?.protocol === 'https:';
    return web && host !== undefined && url.host === URL.parse(`${url.protocol}//${host.toLowerCase()}`)?.host
      ? 'same'
      : 'refused';
  };
}
