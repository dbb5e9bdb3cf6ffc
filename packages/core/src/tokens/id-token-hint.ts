import type { Context } from '../contracts/context.ts'
import { decodeBase64url, decodeUtf8 } from '../crypto/base64url.ts'
import { signsWithClientSecrets } from '../policy/client-support.ts'
import { parseJson } from '../protocol/json.ts'
import type { ClientRecord } from '../storage/client.ts'
import { verifyWithSecret } from './secret-signature.ts'
import { idTokenType, verifyIdToken } from './token-kind.ts'

/** For whom this server made an ID token, which may have expired. */
export interface IdTokenHint {
  readonly clientId: string
  readonly subject: string
  /** The client's name for the session, for clients that may end it. */
  readonly sid?: string
}

/**
 * Verifies an ID token that a client sends back as a hint ({@link
 * https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout RP-Initiated Logout section 2}). An expired one
 * is accepted.
 * @returns `undefined` for anything that is not an ID token of this server
 */
export async function verifyIdTokenHint(ctx: Context, hint: string): Promise<IdTokenHint | undefined> {
  const claims = signsWithClientSecrets(ctx)
    ? await verifySecretHint(ctx, hint)
    : await verifyIdToken(ctx, hint, { ignoreExpiry: true })
  const { aud, sub, sid } = claims ?? {}
  if (typeof aud !== 'string' || typeof sub !== 'string') return undefined
  return { clientId: aud, subject: sub, ...(typeof sid === 'string' && { sid }) }
}

/**
 * Verifies an ID token that was signed with a client's secret (`disableJwtPlugin`). The token itself names the client.
 */
async function verifySecretHint(ctx: Context, hint: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { aud } = unverifiedClaims(hint)
  const client = typeof aud === 'string' ? await ctx.clients.findNamed(aud) : undefined
  return client && verifyWithSecret(ctx, client, idTokenType, hint)
}

function unverifiedClaims(jwt: string): { readonly aud?: unknown } {
  const bytes = decodeBase64url(jwt.split('.')[1] ?? '')
  try {
    const claims: unknown = parseJson((bytes && decodeUtf8(bytes)) ?? '')
    return typeof claims === 'object' && claims !== null ? claims : {}
  } catch {
    return {}
  }
}

/**
 * Returns the `sub` of an `id_token_hint` that was made for this client, an empty string for one that was made for
 * another client, and `undefined` for anything else ({@link
 * https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core section 3.1.2.1}). An expired
 * ID token is accepted.
 */
export async function hintedSubject(ctx: Context, client: ClientRecord, hint: string): Promise<string | undefined> {
  const hinted = await verifyIdTokenHint(ctx, hint)
  if (hinted === undefined) return undefined
  return hinted.clientId === client.id ? hinted.subject : ''
}
