import type { Context } from '../contracts/context.ts'
import type { Parameters } from '../http/parameters.ts'
import { areAcrValuesRequired } from '../policy/authentication-context.ts'
import { isSelfRegistered } from '../policy/client.ts'
import { checkRequest } from '../policy/demands.ts'
import { checkChallenge } from '../policy/pkce.ts'
import { boundResources } from '../policy/resource.ts'
import { responseModeProblem } from '../policy/response-mode.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { OAuthError } from '../protocol/errors.ts'
import { parsePrompt } from '../protocol/prompt.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import { parseClaimsParameter } from './claims-parameter.ts'
import type { VerifiedClient } from './client.ts'
import { opaqueParameters } from './opaque-parameters.ts'
import { type PageHints, pageHints, refuseLongAcrValues } from './page-hints.ts'
import { readExtra, readScope } from './request-extra.ts'

/**
 * Parses and checks the parameters of an authorization request, once client and redirect URI are verified. Without the
 * option `bindResources` it ignores `resource`: then the token request chooses.
 * @throws {OAuthError} with a code of RFC 6749 section 4.1.2.1 or OpenID Connect Core section 3.1.2.6
 */
export async function parseAuthorizationRequest(
  ctx: Context,
  verified: VerifiedClient,
  parameters: Parameters,
): Promise<AuthorizationRequest> {
  const { client, redirectUri, redirectUriSent } = verified
  refuseUnsupported(parameters)
  const opaque = opaqueParameters(parameters)
  const responseMode = parameters.get('response_mode')
  const problem = responseModeProblem(ctx.registry, client, responseMode, redirectUri)
  if (problem !== undefined) throw new OAuthError('invalid_request', `unsupported response_mode: ${problem}`)
  if (!client.metadata.response_types.includes('code') || !client.metadata.grant_types.includes('authorization_code')) {
    throw new OAuthError(
      'unauthorized_client',
      'the client must be registered for the grant type authorization_code and the response type code',
    )
  }
  const prompt = parsePrompt(parameters.get('prompt') ?? '')
  if (prompt === undefined) {
    throw new OAuthError(
      'invalid_request',
      'prompt must be none alone, or any of login, consent, select_account, create',
    )
  }
  if (prompt.includes('select_account') && ctx.config.pages.selectAccount === undefined) {
    throw new OAuthError('invalid_request', 'unsupported prompt type')
  }
  const scope = readScope(ctx, client, parameters)
  const codeChallenge = checkChallenge(client, {
    challenge: parameters.get('code_challenge'),
    method: parameters.get('code_challenge_method'),
    scope,
    offlineWithout: ctx.config.registration.withoutPkce && isSelfRegistered(client),
  })
  checkRequest(ctx, client, { redirectUri, redirectUriSent, codeChallenge, responseMode })
  const read = readWishes(ctx, client, parameters, scope)
  const wishes = read instanceof Promise ? await read : read
  return {
    clientId: client.id,
    redirectUri,
    redirectUriSent,
    scope,
    ...(codeChallenge !== undefined && { codeChallenge }),
    prompt,
    resources: boundResources(parameters.all('resource'), scope, ctx.config),
    ...opaque,
    ...(responseMode !== undefined && { responseMode }),
    ...wishes,
    ...(wantsGrantedScopes(ctx, parameters) && { includeGrantedScopes: true }),
  }
}

type Wishes = PageHints & Pick<AuthorizationRequest, 'maxAge' | 'claims' | 'acrValuesRequired' | 'extra'>

/**
 * Reads what a request says about the sign-in, about claims, and in parameters of features. It is the same for requests
 * that come through the browser and for those that the client sends to the server.
 * @throws {OAuthError} `invalid_request`, or whatever a feature says is wrong with its parameter
 */
export function readWishes(
  ctx: Context,
  client: ClientRecord,
  parameters: Parameters,
  scope: readonly string[],
): Awaitable<Wishes> {
  const maxAge = parseMaxAge(parameters.get('max_age')) ?? client.metadata.default_max_age
  // Without the scope openid this is not an OpenID Connect request, and the parameter has no meaning.
  const claims = scope.includes('openid') ? parseClaimsParameter(ctx, client, parameters.get('claims')) : undefined
  const acrValuesRequired = areAcrValuesRequired({
    option: ctx.config.requireAcrValues,
    registered: client.metadata.require_acr_values,
    sent: parameters.has('acr_values'),
    openid: scope.includes('openid'),
  })
  if (acrValuesRequired) refuseLongAcrValues(parameters, client.metadata.default_acr_values)
  const wishes = {
    ...(maxAge !== undefined && { maxAge }),
    ...(claims !== undefined && { claims }),
    ...pageHints(parameters, client.metadata.default_acr_values),
    ...(acrValuesRequired && { acrValuesRequired }),
  }
  if (ctx.registry.authorizationParameters.size === 0) return wishes
  return readExtra(ctx, client, parameters).then((extra) => (extra === undefined ? wishes : { ...wishes, extra }))
}

function wantsGrantedScopes({ config: { includeGrantedScopes } }: Context, parameters: Parameters): boolean {
  if (includeGrantedScopes === 'onRequest') return parameters.get('include_granted_scopes') === 'true'
  return includeGrantedScopes === 'always'
}

function refuseUnsupported(parameters: Parameters): void {
  if (parameters.get('request') !== undefined) {
    throw new OAuthError('request_not_supported', 'request is not supported: send the parameters themselves')
  }
  if (parameters.get('request_uri') !== undefined) {
    throw new OAuthError('request_uri_not_supported', 'request_uri is not supported: send the parameters themselves')
  }
  if (parameters.get('registration') !== undefined) {
    throw new OAuthError('registration_not_supported', 'registration is not supported: register the client beforehand')
  }
  const responseType = parameters.get('response_type')
  if (responseType === undefined) throw new OAuthError('invalid_request', 'missing response_type')
  if (responseType !== 'code') throw new OAuthError('unsupported_response_type', 'response_type must be code')
}

/**
 * Parses `max_age` ({@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core
 * section 3.1.2.1}).
 */
function parseMaxAge(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (!/^\d{1,10}$/.test(value)) throw new OAuthError('invalid_request', 'max_age must be a whole number of seconds')
  return Number(value)
}
