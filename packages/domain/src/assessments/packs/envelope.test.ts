import { unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSigner, ISSUER, PSA, packOf, type Signer, unsigned } from '../../../test/rule-packs.ts';
import { openPack, publicKeyIn, type TrustedKey, thumbprintOf } from './envelope.ts';

const TODAY = '2026-11-21';
let signer: Signer;
let trusted: TrustedKey[];
let text: string;
beforeAll(async () => {
  signer = await createSigner();
  trusted = [{ issuer: ISSUER, publicKey: signer.publicKey }];
  text = await signer.sign(packOf([PSA]));
});

const ruleOf = async (content: string, keys = trusted): Promise<string> => {
  const opened = await openPack(content, keys, TODAY);
  return opened.ok ? 'ok' : (opened.problems[0].rule ?? '');
};

describe('a signed pack', () => {
  it('opens with its key, and carries a hash of what was signed', async () => {
    const { content, inForce } = unwrap(await openPack(text, trusted, TODAY));
    expect(content).toEqual(packOf([PSA]));
    expect(inForce).toMatchObject({
      id: 'test.contact',
      version: '1.0.0',
      hash: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('PCK-SIGNED, PCK-FORM, PCK-KEY: no character can be changed', async () => {
    const alphabet = 'ABCabc019-_.{"';
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom(...alphabet), async (at, letter) => {
        fc.pre(text[at] !== letter);
        const changed = `${text.slice(0, at)}${letter}${text.slice(at + 1)}`;
        // The last letter of a base64url part may carry bits that mean nothing: then the bytes are the same.
        const [was, is] = [text, changed].map((one) =>
          one.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex')),
        );
        fc.pre(was?.join() !== is?.join());
        expect(await ruleOf(changed)).toMatch(/^PCK-(SIGNED|FORM|KEY)$/);
      }),
      { numRuns: 150 },
    );
  });

  const header = async (over: object = {}): Promise<Record<string, unknown>> => ({
    alg: 'EdDSA',
    kid: await thumbprintOf(signer.publicKey),
    ...over,
  });
  const cases: readonly (readonly [rule: string, what: string, make: () => Promise<string>])[] = [
    ['PCK-FORM', 'no pack at all', async () => 'hello'],
    ['PCK-FORM', 'empty', async () => ''],
    ['PCK-FORM', 'signed, and not JSON', () => signer.sign('not json')],
    ['PCK-KEY', 'an unknown key', async () => (await createSigner()).sign(packOf([PSA]))],
    ['PCK-KEY', 'a key that names no thumbprint', () => signer.sign(packOf([PSA]), { kid: 'main' })],
    [
      'PCK-SIGNED',
      'another key under a trusted name',
      async () => (await createSigner()).sign(packOf([PSA]), await header()),
    ],
    ['PCK-SIGNED', 'unsigned', async () => unsigned(await header({ alg: 'none' }), packOf([PSA]))],
    [
      'PCK-SIGNED',
      'signed with the public key as a secret',
      async () =>
        new SignJWT(packOf([PSA]) as never)
          .setProtectedHeader({ ...(await header()), alg: 'HS256' })
          .sign(Buffer.from(signer.publicKey, 'base64url')),
    ],
    [
      'PCK-SIGNED',
      'a header that must be understood',
      async () => `${unsigned(await header({ crit: ['x'], x: 1 }), packOf([PSA]))}AAAA`,
    ],
    ['PCK-SHAPE', 'signed, and no pack', () => signer.sign({ hello: 1 })],
    ['PCK-RANGE', 'signed, and out of range', () => signer.sign(packOf([{ ...PSA, value: 7 } as typeof PSA]))],
    ['PCK-ISSUER', 'another issuer', () => signer.sign(packOf([PSA], { issuer: 'Somebody' }))],
    ['PCK-EXPIRED', 'yesterday was its last day', () => signer.sign(packOf([PSA], { expiresOn: '2026-11-20' }))],
    ['ok', 'today is its last day', () => signer.sign(packOf([PSA], { expiresOn: TODAY }))],
  ];
  it.each(cases)('%s %s', async (id, _what, make) => expect(await ruleOf(await make())).toBe(id));

  it('PCK-KEY: nothing is trusted by default', async () => expect(await ruleOf(text, [])).toBe('PCK-KEY'));
});

it('PCK-KEY: a public key alone or as a JWK; never a private one', () => {
  const x = signer.publicKey;
  const jwk = (over: object) => JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x, ...over });
  expect(unwrap(publicKeyIn(` ${x}\n`))).toBe(x);
  expect(unwrap(publicKeyIn(jwk({})))).toBe(x);
  const refused = [
    '',
    'short',
    '{',
    jwk({ d: x }),
    jwk({ crv: 'X25519' }),
    jwk({ kty: 'EC' }),
    jwk({ x: 1 }),
    `${x}AAAA`,
  ];
  for (const text of refused) expect(publicKeyIn(text).ok, text).toBe(false);
});
