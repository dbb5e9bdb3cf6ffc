import type { Context } from '../contracts/context.ts'
import type { Core } from '../contracts/core.ts'
import type { GrantType, TokenRequest } from '../contracts/grant-type.ts'
import type { Committed, Issuance, Minted } from '../contracts/issuance.ts'
import type { Sealer } from '../crypto/seal.ts'
import { isLive } from '../policy/grant.ts'
import { judgeRefreshToken, reuseLimit } from '../policy/refresh-token.ts'
import { grantedResources } from '../policy/resource.ts'
import { refreshedScope } from '../policy/scope.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { FoundRefreshToken, RefreshTokenRecord } from '../storage/refresh-token.ts'
import { isBoundTo } from '../tokens/binding.ts'
import { findRefreshToken } from '../tokens/find-refresh-token.ts'
import { holdsSuccessor } from '../tokens/holds-successor.ts'
import { keptResources } from '../tokens/kept-resources.ts'
import { createSuccessorSealers, type SuccessorSealers } from '../tokens/sealed-successor.ts'

interface Presented {
  readonly request: TokenRequest
  readonly text: string
  readonly found: FoundRefreshToken
  /** Seals (encrypts) and opens the successor of this token. */
  readonly sealer: Sealer
}

/**
 * Exchanges a refresh token for an access token and a new refresh token, its successor ({@link
 * https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 section 6}, {@link
 * https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 RFC 9700 section 4.14.2}). Within the reuse window, the same
 * old token gets the same successor again, for clients that lost the response. After the window, or when the token is
 * two generations old, all tokens of the grant end.
 */
export function refreshToken(core: Core): GrantType {
  const sealers = createSuccessorSealers(core)
  return {
    name: 'refresh_token',
    publicClients: true,
    withoutUser: false,
    decide: (ctx, request) => decide(ctx, sealers, request),
  }
}

async function decide(ctx: Context, sealers: SuccessorSealers, request: TokenRequest): Promise<Issuance> {
  const { client, parameters } = request
  const presented = await findToken(ctx, sealers, request)
  const { grant } = presented.found
  const judged = judge(ctx, presented)
  const verdict = judged instanceof Promise ? await judged : judged
  const scope = refreshedScope(client, grant.scope, parameters.get('scope'))
  const kept = keptResources(presented.found.token)
  const isRetry = verdict === 'retry'
  return {
    grantType: 'refresh_token',
    client,
    grant,
    scope,
    resources: grantedResources(parameters.all('resource'), grant.resources, ctx.config, { scope, kept }),
    refresh: !isRetry,
    commit: (minted) => (isRetry ? reuse : rotate)(ctx, presented, minted),
  }
}

async function findToken(ctx: Context, sealers: SuccessorSealers, request: TokenRequest): Promise<Presented> {
  const { client, parameters, binding, instance } = request
  const text = parameters.get('refresh_token')
  if (text === undefined) throw new OAuthError('invalid_request', 'missing refresh_token')
  const found = await findRefreshToken(ctx, text)
  if (found === undefined) throw invalidToken('unknown token')
  if (found.grant.clientId !== client.id) throw invalidToken('the token was issued to another client')
  // A refresh token of a public client, or of an instance of a client, stays bound to its key (RFC 9449 section 5).
  if (!isBoundTo(found.token.extra?.cnf, binding, instance)) throw invalidToken('the token is bound to another key')
  return { request, text: found.text, found, sealer: sealers(found.text) }
}

type Verdict = 'fresh' | 'retry'

/** @returns a promise only for a replay, which ends all tokens of the grant before it is refused */
function judge(ctx: Context, presented: Presented): Verdict | Promise<never> {
  const { token, grant } = presented.found
  const now = ctx.clock.now()
  if (!isLive(grant, now)) throw invalidToken('the grant has ended')
  const verdict = judgeRefreshToken(presented.found, now, ctx.config.lifetimes.refreshTokenReuseWindow)
  if (verdict === 'replay') {
    return endFamily(ctx, presented).then(() => {
      throw invalidToken('the token was used before')
    })
  }
  if (now >= token.expiresAt) throw invalidToken('the token has expired')
  return verdict
}

async function rotate(ctx: Context, presented: Presented, minted: Minted): Promise<Committed> {
  const successor = minted.refreshToken
  if (successor === undefined) throw new TypeError('a rotation needs a successor')
  const { id, predecessorId } = presented.found.token
  const extra = keptExtra(presented)
  const now = ctx.clock.now()
  const window = ctx.config.lifetimes.refreshTokenReuseWindow
  const sealed = window > 0 ? presented.sealer.seal(successor.text, id) : undefined
  const rotation = await ctx.storage.refreshTokens.rotate({
    id,
    now,
    // The first key of a token is proved by this request; whatever the token had before stays.
    successor: Object.assign(
      {},
      successor.record,
      { predecessorId: id },
      extra && { extra: { ...successor.record.extra, ...extra } },
    ),
    ...(predecessorId !== undefined && { predecessorId }),
    // Without a reuse window there are no retries, so nothing is kept for them.
    ...(sealed !== undefined && {
      sealedSuccessor: sealed instanceof Promise ? await sealed : sealed,
      sealedUntil: now + window,
    }),
    ...(minted.accessToken !== undefined && { accessToken: minted.accessToken }),
  })
  if (rotation.outcome === 'won') return { refreshToken: successor.text }
  if (rotation.outcome === 'dead') throw invalidToken('the grant has ended')
  // Another request with the same token was first: this one is treated as its retry.
  const { token, grant, successorRotated } = rotation
  const overtaken: Presented = { ...presented, found: { token, grant, successorRotated } }
  await judge(ctx, overtaken)
  return reuse(ctx, overtaken, minted)
}

/** What the token had before stays. An instance of the client that proves its key first is added to its keys. */
function keptExtra({ found, request }: Presented): RefreshTokenRecord['extra'] {
  const { extra } = found.token
  if (extra?.cnf === undefined || request.instance === undefined) return extra
  return { ...extra, cnf: { ...(extra.cnf as object), ...request.instance.cnf } }
}

async function reuse(ctx: Context, presented: Presented, minted: Minted): Promise<Committed> {
  const { token, grant } = presented.found
  if (!(await holdsSuccessor(ctx, presented.request, token)))
    throw invalidToken('its successor is bound to another key')
  const successor = await presented.sealer.unseal(token.sealedSuccessor ?? '', token.id)
  if (successor === undefined) throw invalidToken('the successor cannot be opened')
  const outcome = await ctx.storage.refreshTokens.reuse({
    id: token.id,
    limit: reuseLimit,
    ...(minted.accessToken !== undefined && { accessToken: minted.accessToken }),
  })
  if (outcome === 'exhausted') throw invalidToken('the token was used again too often')
  ctx.emit({ type: 'refresh_token.reused', clientId: grant.clientId, grantId: grant.id })
  return { refreshToken: successor, ...(await endOfSuccessor(ctx, token)) }
}

/** Reads when the successor ends, where clients are told. It was made with the lifetimes of that moment. */
async function endOfSuccessor(ctx: Context, { successorId }: RefreshTokenRecord): Promise<Committed> {
  if (!ctx.config.exposeRefreshTokenExpiration || successorId === undefined) return {}
  const found = await ctx.storage.refreshTokens.find(successorId)
  return found === undefined ? {} : { refreshTokenExpiresAt: found.token.expiresAt }
}

/** Ends all tokens of the grant, since an attacker may hold the newer ones. One event reports it. */
async function endFamily(ctx: Context, { found }: Presented): Promise<void> {
  const { grant } = found
  const ended = await ctx.storage.grants.revoke({ id: grant.id, now: ctx.clock.now() })
  if (ended) ctx.emit({ type: 'refresh_token.replayed', clientId: grant.clientId, grantId: grant.id, ended })
}

/** Makes the same response for every invalid refresh token. Only the event tells the reason. */
function invalidToken(reason: string): OAuthError {
  return new OAuthError('invalid_grant', 'the refresh token is invalid, expired or revoked', { cause: reason })
}
