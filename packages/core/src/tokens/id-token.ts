import { hookFacts } from '../claims/hook-facts.ts'
import { idTokenClaims } from '../claims/id-token-claims.ts'
import { withoutReserved } from '../claims/reserved.ts'
import { sessionIdFor } from '../claims/session-id.ts'
import { subjectOf } from '../claims/subject.ts'
import type { Context } from '../contracts/context.ts'
import type { BaseUser } from '../contracts/host.ts'
import type { Issuance } from '../contracts/issuance.ts'
import { leftHalfHash } from '../crypto/hash.ts'
import { isMlDsa } from '../crypto/ml-dsa.ts'
import { idTokenFormatOf } from '../policy/client-support.ts'
import type { GrantRecord } from '../storage/grant.ts'
import { signForClient } from './sign-for-client.ts'
import { idTokenType } from './token-kind.ts'

/** What an ID token is issued with. */
interface IssuedWith {
  readonly accessToken: string
  /** As the client gets it. */
  readonly refreshToken: string | undefined
  /** Seconds since the epoch. */
  readonly now: number
}

/**
 * Mints an ID token ({@link https://openid.net/specs/openid-connect-core-1_0.html#IDToken OpenID Connect Core section
 * 2}).
 * @throws {OAuthError} `unauthorized_client` when the client's secret, with which it would be signed, was not kept, or
 * this process has no key for the algorithm
 */
export async function mintIdToken(
  ctx: Context,
  issuance: Issuance & { readonly grant: GrantRecord },
  user: BaseUser,
  { accessToken, refreshToken, now }: IssuedWith,
): Promise<string> {
  const { client, grant, scope, resources } = issuance
  const hook = ctx.config.hooks.customIdTokenClaims
  const custom = hook && (await hook({ user, ...hookFacts(client, scope, resources, grant) }))
  const algorithm = idTokenFormatOf(ctx, client)
  const hash = (text: string) => leftHalfHash(text, hashOf(algorithm))
  const sub = subjectOf(ctx, client, user.id)
  const subject = sub instanceof Promise ? await sub : sub
  const sid = sessionIdFor(ctx, client, grant.sessionId)
  const session = sid instanceof Promise ? await sid : sid
  const half = hash(accessToken)
  const atHash = half instanceof Promise ? await half : half
  const added =
    issuance.idTokenClaims && (await issuance.idTokenClaims({ refreshToken, hash: async (text) => hash(text) }))
  const claims = {
    iss: ctx.config.issuer,
    ...idTokenClaims(ctx, user, issuance, grant.claims?.id_token),
    ...withoutReserved(ctx, 'customIdTokenClaims', custom),
    sub: subject,
    aud: client.id,
    iat: now,
    exp: now + ctx.config.lifetimes.idToken,
    nonce: issuance.nonce,
    auth_time: grant.authTime,
    acr: grant.acr,
    amr: grant.amr,
    sid: session,
    at_hash: atHash,
    ...added,
  }
  return signForClient(ctx, client, idTokenType, claims)
}

/** The hash function of `at_hash`: that of the signature. For ML-DSA, client libraries agree on SHAKE256 with 512 bits. */
function hashOf(algorithm: string): 'SHA-256' | 'SHA-512' | 'SHAKE256' {
  if (isMlDsa(algorithm)) return 'SHAKE256'
  return algorithm === 'EdDSA' ? 'SHA-512' : 'SHA-256'
}
