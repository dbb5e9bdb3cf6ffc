import { unsealSecret } from '../clients/secret.ts'
import type { Context } from '../contracts/context.ts'
import { signHs256, verifyHs256 } from '../keys/hs256.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Signs claims with HS256 and the client's own secret, for servers with `disableJwtPlugin` ({@link
 * https://openid.net/specs/openid-connect-core-1_0.html#Signing OpenID Connect Core section 10.1}).
 * @throws {OAuthError} `unauthorized_client` when no secret of the client was kept: it was made before the option was
 * set
 */
export async function signWithSecret(ctx: Context, client: ClientRecord, typ: string, claims: object): Promise<string> {
  const now = ctx.clock.now()
  const current = client.secrets.findLast(({ expiresAt }) => expiresAt === 0 || now < expiresAt)
  const secret = current && (await unsealSecret(ctx, current))
  if (secret !== undefined) return signHs256(claims, typ, secret)
  throw new OAuthError(
    'unauthorized_client',
    'the client has no secret that can sign ID tokens: rotate its secret, so that the server keeps the new one',
  )
}

/**
 * Verifies a JWT that was signed for the client with one of its secrets, also an expired one.
 * @returns its claims; `undefined` for anything else
 */
export async function verifyWithSecret(
  ctx: Context,
  client: ClientRecord,
  typ: string,
  jwt: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  for (const stored of client.secrets) {
    const secret = await unsealSecret(ctx, stored)
    const expected = { issuer: ctx.config.issuer, audience: client.id }
    const claims = secret && (await verifyHs256(jwt, typ, secret, expected))
    if (claims) return claims
  }
  return undefined
}
