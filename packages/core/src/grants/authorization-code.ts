import type { Context } from '../contracts/context.ts'
import type { GrantType, TokenRequest } from '../contracts/grant-type.ts'
import type { Committed, Minted } from '../contracts/issuance.ts'
import { credentialId, isCredential } from '../crypto/credential.ts'
import type { Parameters } from '../http/parameters.ts'
import { isLive } from '../policy/grant.ts'
import { checkVerifier } from '../policy/pkce.ts'
import { withholdRefreshToken } from '../policy/refresh-token.ts'
import { grantedResources } from '../policy/resource.ts'
import { grantedScope } from '../policy/scope.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { AuthorizationCodeRecord } from '../storage/authorization-code.ts'
import { isThenable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { GrantRecord } from '../storage/grant.ts'

interface FoundCode {
  readonly code: AuthorizationCodeRecord
  readonly grant: GrantRecord
}

/**
 * Exchanges an authorization code for tokens ({@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 RFC 6749
 * section 4.1.3}). It checks client, PKCE and redirect URI before anything changes, so that an attacker can neither use
 * up a code nor end its grant.
 */
export const authorizationCode: GrantType = {
  name: 'authorization_code',
  publicClients: true,
  withoutUser: false,
  async decide(ctx, request) {
    const { client, parameters } = request
    const found = await findCode(ctx, client, parameters)
    await checkBindings(ctx, found.code, request)
    if (found.code.consumedAt !== undefined) {
      await endReplayed(ctx, found)
      throw invalidCode('the code was used before')
    }
    if (ctx.clock.now() >= found.code.expiresAt) throw invalidCode('the code has expired')
    if (!isLive(found.grant, ctx.clock.now())) throw invalidCode('the grant has ended')

    const { code, grant } = found
    const scope = grantedScope(client, grant.scope)
    const resources = grantedResources(parameters.all('resource'), grant.resources, ctx.config, { scope })
    const refreshTokenWithheld = withholdRefreshToken(client, scope, ctx.config)
    return {
      grantType: 'authorization_code',
      client,
      grant,
      scope,
      resources,
      ...(code.nonce !== undefined && { nonce: code.nonce }),
      refresh: refreshTokenWithheld === undefined,
      ...(refreshTokenWithheld !== undefined && { refreshTokenWithheld }),
      commit: (minted) => redeem(ctx, found, minted),
    }
  },
}

async function findCode(ctx: Context, client: ClientRecord, parameters: Parameters): Promise<FoundCode> {
  const text = parameters.get('code')
  if (text === undefined) throw new OAuthError('invalid_request', "Missing 'code' in request.")
  const given = credentialId('c', text)
  const id = given instanceof Promise ? await given : given
  const answer = id === undefined ? undefined : ctx.storage.authorizationCodes.find(id)
  const found = isThenable(answer) ? await answer : answer
  if (found === undefined) throw invalidCode('unknown code')
  const matches = isCredential(text, ctx.config.issuer, found.code.secretHash)
  if (!(matches instanceof Promise ? await matches : matches)) throw invalidCode('unknown code')
  if (found.grant.clientId !== client.id) throw invalidCode('the code was issued to another client')
  return found
}

async function checkBindings(ctx: Context, code: AuthorizationCodeRecord, request: TokenRequest): Promise<void> {
  const { parameters } = request
  await checkVerifier(code.codeChallenge, parameters.get('code_verifier'))
  const redirectUri = parameters.get('redirect_uri')
  // PKCE binds the code more tightly than the redirect URI does, so OAuth 2.1 lets a request with PKCE leave the
  // parameter out.
  const mayBeAbsent = !code.redirectUriSent || code.codeChallenge !== undefined
  if (redirectUri === undefined ? !mayBeAbsent : redirectUri !== code.redirectUri) {
    throw new OAuthError('invalid_grant', "Invalid 'redirect_uri' in request.")
  }
  for (const [name, value] of Object.entries(code.extra ?? {})) {
    const parameter = ctx.registry.authorizationParameters.get(name)
    if (parameter === undefined) throw invalidCode(`the parameter ${name} of its request is not known to this process`)
    await parameter.checkRedemption?.(value, request)
  }
}

async function redeem(ctx: Context, found: FoundCode, minted: Minted): Promise<Committed> {
  const { refreshToken, accessToken } = minted
  const outcome = await ctx.storage.authorizationCodes.redeem({
    id: found.code.id,
    now: ctx.clock.now(),
    ...(accessToken !== undefined && { accessToken }),
    ...(refreshToken !== undefined && { refreshToken: refreshToken.record }),
  })
  if (outcome === 'replayed') {
    await endReplayed(ctx, found)
    throw invalidCode('the code was used before')
  }
  if (outcome === 'dead') throw invalidCode('the grant has ended')
  return refreshToken === undefined ? {} : { refreshToken: refreshToken.text }
}

/**
 * Ends the grant of a code that was presented twice: somebody else has seen the code, so the tokens it was exchanged
 * for must not stay valid (RFC 9700 section 2.1.1).
 */
async function endReplayed(ctx: Context, { code, grant }: FoundCode): Promise<void> {
  const ended = await ctx.storage.grants.revoke({ id: code.grantId, now: ctx.clock.now() })
  ctx.emit({ type: 'code.replayed', clientId: grant.clientId, grantId: code.grantId, ended })
}

/** Makes the same response for every invalid code. Only the event tells the reason. */
function invalidCode(reason: string): OAuthError {
  return new OAuthError('invalid_grant', "Invalid 'code' in request.", { cause: reason })
}
