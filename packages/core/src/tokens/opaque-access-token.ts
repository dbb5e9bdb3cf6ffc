import type { Context } from '../contracts/context.ts'
import type { Issuance } from '../contracts/issuance.ts'
import { type Credential, createCredential } from '../crypto/credential.ts'
import type { AccessTokenRecord } from '../storage/access-token.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import { audienceOf } from './audience.ts'
import type { AccessTokenFacts } from './jwt-access-token.ts'

/** An opaque access token, and what the storage keeps of it. */
export interface OpaqueAccessToken {
  readonly text: string
  readonly record: AccessTokenRecord
}

/** Mints an opaque access token. Only this server can read it: the storage keeps its hash. */
export function mintOpaqueAccessToken(
  ctx: Context,
  issuance: Issuance,
  facts: AccessTokenFacts,
): Awaitable<OpaqueAccessToken> {
  const made = createCredential('a', ctx.config.issuer, facts.now, ctx.random, ctx.config.formats.accessToken)
  if (made instanceof Promise) return made.then((late) => opaqueAccessToken(ctx, issuance, facts, late))
  return opaqueAccessToken(ctx, issuance, facts, made)
}

function opaqueAccessToken(
  ctx: Context,
  issuance: Issuance,
  { members, now, expiresAt }: AccessTokenFacts,
  credential: Credential,
): OpaqueAccessToken {
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
