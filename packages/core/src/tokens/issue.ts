import { hookFacts } from '../claims/hook-facts.ts'
import { withoutReserved } from '../claims/reserved.ts'
import { sessionNameFor } from '../claims/session-id.ts'
import type { Context } from '../contracts/context.ts'
import type { Issuance, Minted, TokenAnswer } from '../contracts/issuance.ts'
import { type Credential, createCredential } from '../crypto/credential.ts'
import { isPublic } from '../policy/client.ts'
import { getsIdToken, getsJwtAccessToken, requireTokenSupport } from '../policy/client-support.ts'
import { checkMachineTokens } from '../policy/machine-access.ts'
import { OAuthError } from '../protocol/errors.ts'
import { firstScopeOutside, scopeMember } from '../protocol/scope.ts'
import type { AccessTokenRecord } from '../storage/access-token.ts'
import { type Awaitable, isThenable } from '../storage/awaitable.ts'
import type { GrantRecord } from '../storage/grant.ts'
import { checkIssuedBinding } from './binding.ts'
import { mintIdToken } from './id-token.ts'
import { type AccessTokenFacts, mintJwtAccessToken } from './jwt-access-token.ts'
import { keepResources } from './kept-resources.ts'
import { markClientUsed } from './mark-client-used.ts'
import { membersOf, unknownLimit } from './members.ts'
import { mintOpaqueAccessToken } from './opaque-access-token.ts'
import { refreshTokenExpiration } from './refresh-token-expiration.ts'

/**
 * Mints the tokens of an issuance, writes them and returns the token response ({@link
 * https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749 section 5.1}). Everything that can fail (the host's user
 * look-up and hooks, signing) happens before the only write, so that a failure uses nothing up. The client gets the
 * tokens only if the write succeeds.
 * @throws {OAuthError} `invalid_grant` when the host has deleted or blocked the user, or another request was first
 */
export async function issueTokens(ctx: Context, issuance: Issuance): Promise<TokenAnswer> {
  const { client, grant, scope } = issuance
  checkDecision(issuance)
  refuseUnknownLimit(ctx, grant)
  requireTokenSupport(ctx, client)
  if (grant === undefined) checkMachineTokens(issuance, ctx.config)
  const asking = checkIssuedBinding(ctx, issuance)
  if (asking !== undefined) await asking
  const found = grant === undefined ? undefined : ctx.config.authentication.getUser(grant.userId)
  const user = (isThenable(found) ? await found : found) ?? undefined
  if (grant !== undefined && user === undefined)
    throw new OAuthError('invalid_grant', 'the user is no longer available')
  const now = ctx.clock.now()
  const expiresAt = Math.min(now + accessTokenLifetime(ctx, issuance), grant?.expiresAt ?? Number.POSITIVE_INFINITY)

  const collected = membersOf(ctx, issuance)
  const members = collected instanceof Promise ? await collected : collected
  const minted = mintAccessToken(ctx, issuance, { user, members: members.inToken, now, expiresAt })
  const access = minted instanceof Promise ? await minted : minted
  const mintedBeside = grant !== undefined && issuance.refresh ? mintRefreshToken(ctx, issuance, grant, now) : undefined
  const refresh = mintedBeside instanceof Promise ? await mintedBeside : mintedBeside
  const encoder = refreshTokenEncoder(ctx, issuance)
  const encode = encoder instanceof Promise ? await encoder : encoder
  // When the host's encoder fails, it fails here, before the write. A retry of a rotation gets an earlier successor,
  // which is encoded once it is known.
  const encoded = refresh && encode(refresh.text)
  const idToken =
    user !== undefined && grant !== undefined && getsIdToken(ctx, client, scope)
      ? await mintIdToken(ctx, { ...issuance, grant }, user, { accessToken: access.text, refreshToken: encoded, now })
      : undefined
  const hook = ctx.config.hooks.customTokenResponseFields
  const custom =
    hook &&
    (await hook({
      grantType: issuance.grantType,
      ...(user !== undefined && { user }),
      ...hookFacts(client, scope, issuance.resources, grant),
    }))

  const { refreshToken, refreshTokenExpiresAt } = await issuance.commit({
    ...(access.record !== undefined && { accessToken: access.record }),
    ...(refresh !== undefined && { refreshToken: refresh }),
  })
  const kinds: ('access_token' | 'refresh_token' | 'id_token')[] = ['access_token']
  if (refreshToken !== undefined) kinds.push('refresh_token')
  if (idToken !== undefined) kinds.push('id_token')
  ctx.emit({
    type: 'tokens.issued',
    clientId: client.id,
    grantType: issuance.grantType,
    scopes: scope,
    kinds,
    ...(grant !== undefined && { userId: grant.userId, grantId: grant.id }),
    ...(issuance.refreshTokenWithheld !== undefined && { refreshTokenWithheld: issuance.refreshTokenWithheld }),
  })
  const marking = markClientUsed(ctx, client)
  if (marking !== undefined) await marking
  const isMinted = refreshToken !== undefined && refreshToken === refresh?.text
  const body: Record<string, unknown> = {
    access_token: access.text,
    token_type: issuance.binding?.tokenType ?? 'Bearer',
    expires_in: expiresAt - now,
    scope: scopeMember(scope),
    refresh_token: isMinted ? encoded : refreshToken && encode(refreshToken),
    id_token: idToken,
  }
  Object.assign(
    body,
    members.inAnswer,
    custom && withoutReserved(ctx, 'customTokenResponseFields', custom),
    grant && refreshTokenExpiration(ctx, grant, isMinted ? refresh?.record.expiresAt : refreshTokenExpiresAt),
  )
  return { body, headers: issuance.binding?.headers ?? {} }
}

/**
 * Checks what holds for every grant type: tokens of a grant are for the client of the grant, and for no more than its
 * scopes.
 * @throws {TypeError} for a grant type that decided otherwise, which is a fault of the server and not of the client
 */
function checkDecision({ grantType, client, grant, scope }: Issuance): void {
  if (grant === undefined) return
  if (grant.clientId !== client.id) throw new TypeError(`${grantType} decided on a grant of another client`)
  const outside = firstScopeOutside(scope, grant.scope)
  if (outside !== undefined) throw new TypeError(`${grantType} decided on scope ${outside}, which was not granted`)
}

/**
 * Refuses tokens of a grant that has limits which this process does not know, because it lacks the feature.
 * @throws {OAuthError} `invalid_grant`
 */
function refuseUnknownLimit(ctx: Context, grant: GrantRecord | undefined): void {
  const unknown = unknownLimit(ctx, grant?.extra)
  if (unknown === undefined) return
  const cause = new Error(`the grant has ${unknown}: install the feature that brings it in this process too`)
  throw new OAuthError('invalid_grant', `this server cannot issue tokens with ${unknown}`, { cause })
}

/**
 * Makes the function that encodes refresh tokens. The host's encoder gets the client's name for the session, not the
 * session's id, since its result leaves the server.
 */
function refreshTokenEncoder(ctx: Context, { client, grant }: Issuance): Awaitable<(token: string) => string> {
  const { encodeRefreshToken } = ctx.config.formats
  if (encodeRefreshToken === undefined) return asMinted
  return sessionNameFor(ctx, client, grant?.sessionId).then((name) => (token) => encodeRefreshToken(token, name))
}

const asMinted = (token: string): string => token

/** The lifetime in seconds: the option for users or machines, or less when a scope demands it. */
function accessTokenLifetime(ctx: Context, { grant, scope }: Issuance): number {
  const { accessToken, machineAccessToken } = ctx.config.lifetimes
  const own = grant === undefined ? machineAccessToken : accessToken
  if (ctx.config.scopeExpirations.size === 0) return own
  const limits = scope.flatMap((name) => ctx.config.scopeExpirations.get(name) ?? [])
  return Math.min(own, ...limits)
}

/** An access token, and what the storage keeps of it: nothing of a JWT. */
interface MintedAccessToken {
  readonly text: string
  readonly record?: AccessTokenRecord
}

function mintAccessToken(ctx: Context, issuance: Issuance, facts: AccessTokenFacts): Awaitable<MintedAccessToken> {
  if (!getsJwtAccessToken(ctx, issuance.resources)) return mintOpaqueAccessToken(ctx, issuance, facts)
  return mintJwtAccessToken(ctx, issuance, facts).then((text) => ({ text }))
}

type MintedRefreshToken = NonNullable<Minted['refreshToken']>

function mintRefreshToken(
  ctx: Context,
  issuance: Issuance,
  grant: GrantRecord,
  now: number,
): Awaitable<MintedRefreshToken> {
  const made = createCredential('r', ctx.config.issuer, now, ctx.random, ctx.config.formats.refreshToken)
  if (made instanceof Promise) return made.then((late) => refreshTokenOf(ctx, issuance, grant, now, late))
  return refreshTokenOf(ctx, issuance, grant, now, made)
}

function refreshTokenOf(
  ctx: Context,
  issuance: Issuance,
  grant: GrantRecord,
  now: number,
  credential: Credential,
): MintedRefreshToken {
  const { client, binding, instance } = issuance
  // A public client has nothing else to prove itself with at the next refresh.
  const cnf = { ...(isPublic(client) && binding?.cnf), ...instance?.cnf }
  const extra = {
    ...keepResources(issuance, ctx.config),
    ...(Object.keys(cnf).length > 0 && { cnf }),
  }
  const record = {
    id: credential.id,
    secretHash: credential.secretHash,
    grantId: grant.id,
    ...(Object.keys(extra).length > 0 && { extra }),
    createdAt: now,
    expiresAt: Math.min(now + ctx.config.lifetimes.refreshToken, grant.expiresAt),
    reuses: 0,
  }
  return { text: credential.text, record }
}
