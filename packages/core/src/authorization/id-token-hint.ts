import type { Context } from '../contracts/context.ts'
import { decodeBase64url, decodeUtf8 } from '../crypto/base64url.ts'
import { signsWithClientSecrets } from '../policy/client-support.ts'
import { parseJson } from '../protocol/json.ts'
import type { ClientRecord } from '../storage/client.ts'
import { idTokenType } from '../tokens/id-token.ts'
import { verifyWithSecret } from '../tokens/secret-signature.ts'

/** What an ID token of ours, expired or not, says about whom it was made for. */
export interface IdTokenHint {
  readonly clientId: string
  readonly subject: string
  /** The session as the client knows it, for clients that may end it. */
  readonly sid?: string
}

/**
 * Reads an ID token that a client sends back. `undefined` for what is not an ID token of ours: it hints at nobody
 * ({@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout RP-Initiated Logout section 2}).
 */
export async function verifyIdTokenHint(ctx: Context, hint: string): Promise<IdTokenHint | undefined> {
  const claims = signsWithClientSecrets(ctx)
    ? await verifySecretHint(ctx, hint)
    : (await ctx.keys.verify(hint, idTokenType, { ignoreExpiry: true }))?.claims
  const { aud, sub, sid } = claims ?? {}
  if (typeof aud !== 'string' || typeof sub !== 'string') return undefined
  return { clientId: aud, subject: sub, ...(typeof sid === 'string' && { sid }) }
}

/** Under `disableJwtPlugin` the token itself has to say whose secret it was signed with. */
async function verifySecretHint(ctx: Context, hint: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { aud } = unverifiedClaims(hint)
  const client = typeof aud === 'string' ? await ctx.clients.find(aud) : undefined
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
 * Whom an `id_token_hint` means, expired or not: the `sub` of a token that we made for this client, an empty string for
 * one that we made for another client, `undefined` for anything else, which hints at nobody
 * ({@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core section 3.1.2.1}).
 */
export async function hintedSubject(
  ctx: Context,
  client: ClientRecord,
  hint: string | undefined,
): Promise<string | undefined> {
  const hinted = hint === undefined ? undefined : await verifyIdTokenHint(ctx, hint)
  if (hinted === undefined) return undefined
  return hinted.clientId === client.id ? hinted.subject : ''
}
