/**
 * The signed form of a rule pack: a JWS in compact form (RFC 7515) over its JSON, signed with Ed25519, whose `kid` is the
 * key's RFC 7638 thumbprint. Any JOSE tool can make one. Nothing of it is looked at before the signature holds.
 *
 *  PCK-FORM      it is a JWS whose content is JSON
 *  PCK-KEY       the key is among those that this organisation trusts now
 *  PCK-SIGNED    what it holds is what was signed
 *  PCK-ISSUER    it speaks for the issuer that the key belongs to
 *  PCK-EXPIRED   its last day has not passed
 */
import { fail, type LocalDate, ok, problem, type Result, stableHash } from '@fieldfare/kernel';
import { base64url, calculateJwkThumbprint, compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { checkPack, type PackContent, type PackInForce } from './pack.ts';

export interface TrustedKey {
  readonly issuer: string;
  /** The public key's 32 bytes, base64url. */
  readonly publicKey: string;
}

const jwkOf = (publicKey: string) => ({ kty: 'OKP', crv: 'Ed25519', x: publicKey });

export const thumbprintOf = (publicKey: string): Promise<string> => calculateJwkThumbprint(jwkOf(publicKey));

/** `PCK-KEY`: the 32 bytes of a public key that was given alone or as a JWK. A private key is refused, not stored. */
export function publicKeyIn(text: string): Result<string> {
  const refuse = (message: string): Result<never> =>
    fail(problem('invalid', message, { rule: 'PCK-KEY', path: ['publicKey'] }));
  let given = text.trim();
  if (given.startsWith('{')) {
    try {
      const jwk = JSON.parse(given) as Readonly<Record<string, unknown>>;
      if ('d' in jwk) return refuse('this is a private key: ask its owner for the public one');
      if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519') return refuse('this is no Ed25519 key');
      given = String(jwk.x);
    } catch {
      return refuse('this is no key');
    }
  }
  try {
    return base64url.decode(given).length === 32 ? ok(given) : refuse('an Ed25519 key has 32 bytes');
  } catch {
    return refuse('this is no key');
  }
}

export interface OpenedPack {
  readonly content: PackContent;
  readonly inForce: PackInForce;
}

async function verified(text: string, publicKey: string): Promise<Result<Uint8Array>> {
  if (!globalThis.crypto?.subtle) {
    return fail(problem('unsupported', 'this device cannot check signatures', { rule: 'PCK-SIGNED' }));
  }
  try {
    const key = await importJWK(jwkOf(publicKey), 'EdDSA');
    const { payload } = await compactVerify(text, key, { algorithms: ['EdDSA', 'Ed25519'] });
    return ok(payload);
  } catch {
    return fail(problem('corrupt', 'the signature does not fit: it was changed after signing', { rule: 'PCK-SIGNED' }));
  }
}

function keyIdOf(text: string): Result<string> {
  try {
    return ok(String(decodeProtectedHeader(text).kid));
  } catch {
    return fail(problem('invalid', 'this is no signed rule pack', { rule: 'PCK-FORM' }));
  }
}

function parsed(payload: Uint8Array): Result<unknown> {
  try {
    return ok(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)) as unknown);
  } catch {
    return fail(problem('invalid', 'what was signed is not JSON', { rule: 'PCK-FORM' }));
  }
}

export async function openPack(
  text: string,
  trusted: readonly TrustedKey[],
  today: LocalDate,
): Promise<Result<OpenedPack>> {
  const keyId = keyIdOf(text);
  if (!keyId.ok) return keyId;
  const named = await Promise.all(trusted.map(async (key) => ({ ...key, id: await thumbprintOf(key.publicKey) })));
  const keys = named.filter(({ id }) => id === keyId.value);
  const [key] = keys;
  if (!key) {
    return fail(
      problem('forbidden', 'it is signed with a key that this organisation does not trust', { rule: 'PCK-KEY' }),
    );
  }
  const payload = await verified(text, key.publicKey);
  if (!payload.ok) return payload;
  const json = parsed(payload.value);
  if (!json.ok) return json;
  const checked = checkPack(json.value);
  if (!checked.ok) return checked;
  const content = checked.value;
  if (!keys.some(({ issuer }) => issuer === content.issuer)) {
    return fail(
      problem('forbidden', `its key belongs to ${key.issuer}, not to ${content.issuer}`, { rule: 'PCK-ISSUER' }),
    );
  }
  if (content.expiresOn !== null && content.expiresOn < today) {
    return fail(problem('invalid', `it expired on ${content.expiresOn}`, { rule: 'PCK-EXPIRED' }));
  }
  const { id, version, rules } = content;
  return ok({ content, inForce: { id, version, hash: stableHash(text), rules } });
}
