import type { Context } from '../contracts/context.ts'
import type { Issuance } from '../contracts/issuance.ts'
import { createCredential } from '../crypto/credential.ts'
import type { AccessTokenRecord } from '../storage/access-token.ts'
import { audienceOf } from './audience.ts'
import type { AccessTokenFacts } from './jwt-access-token.ts'

/** Mints an opaque access token. Only this server can read it: the storage keeps its hash. */
export async function mintOpaqueAccessToken(
  ctx: Context,
  issuance: Issuance,
  { members, now, expiresAt }: AccessTokenFacts,
): Promise<{ readonly text: string; readonly record: AccessTokenRecord }> {
  const credential = await createCredential('a', ctx.config.issuer, now, ctx.random, ctx.config.formats.accessToken)
  const record: AccessTokenRecord = {
    id: credential.id,
    secretHash: credential.secretHash,
    clientId: issuance.client.id,
    ...(issuance.grant !== undefined && { grantId: issuance.grant.id }),
    scope: issuance.scope,
    audience: audienceOf(ctx, issuance),
    ...(members !== undefined && { extra: members }),
    createdAt: now,
    expiresAt,
  }
  return { text: credential.text, record }
}
