/**
 * Access tokens: EdDSA JWTs of ten minutes. They say who asks (`sub`, `tid`, `did`, `sid`) and what stood in the account
 * when they were issued (`name`, `roles`); the server itself trusts only the account as it is now.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Clock, fail, ok, type Principal, problem, type Result } from '@fieldfare/kernel';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';

const ACCESS_TOKEN_SECONDS = 600;
const ISSUER = 'fieldfare';
const TYPE = 'at+jwt';

const claims = z.object({ sub: z.uuid(), tid: z.uuid(), did: z.uuid(), sid: z.uuid(), gen: z.int() });

interface AccessClaims {
  readonly userId: string;
  readonly tenantId: string;
  readonly deviceId: string;
  readonly sessionId: string;
  /** Of the refresh token that was issued with it. */
  readonly generation: number;
}

export interface AccessTokens {
  issue(principal: Principal, sessionId: string, generation: number): Promise<string>;
  verify(token: string): Promise<Result<AccessClaims>>;
}

export function createAccessTokens(options: { readonly key: KeyObject; readonly clock: Clock }): AccessTokens {
  const { key, clock } = options;
  const publicKey = createPublicKey(key);
  return {
    issue(principal, sessionId, generation) {
      const now = Math.floor(clock.now() / 1000);
      return new SignJWT({
        tid: principal.tenantId,
        did: principal.deviceId,
        sid: sessionId,
        gen: generation,
        name: principal.name,
        roles: principal.roles,
      })
        .setProtectedHeader({ alg: 'EdDSA', typ: TYPE })
        .setIssuer(ISSUER)
        .setAudience(ISSUER)
        .setSubject(principal.userId)
        .setIssuedAt(now)
        .setExpirationTime(now + ACCESS_TOKEN_SECONDS)
        .sign(key);
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, publicKey, {
          algorithms: ['EdDSA'],
          typ: TYPE,
          issuer: ISSUER,
          audience: ISSUER,
          requiredClaims: ['exp', 'iat'],
          currentDate: new Date(clock.now()),
        });
        const { sub, tid, did, sid, gen } = claims.parse(payload);
        return ok({ userId: sub, tenantId: tid, deviceId: did, sessionId: sid, generation: gen });
      } catch (error) {
        const expired = error instanceof errors.JWTExpired;
        return fail(
          problem('unauthenticated', expired ? 'the access token has expired' : 'the access token is not valid', {
            rule: expired ? 'AUTH-EXPIRED' : 'AUTH-TOKEN',
          }),
        );
      }
    },
  };
}
