import type { ClientAuthMethod, CredentialSources, PresentedCredentials } from '../contracts/client-auth-method.ts'
import type { Context } from '../contracts/context.ts'
import type { RateLimitBucket } from '../contracts/rate-limit.ts'
import { readAuthorization } from '../http/authorization-header.ts'
import type { Parameters } from '../http/parameters.ts'
import { mayAuthenticateBy } from '../policy/client.ts'
import { formatChallenge } from '../protocol/challenge.ts'
import { OAuthError, safeDescription } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Authenticates the client of a request to the token endpoint or another endpoint at which clients authenticate. The
 * client must use the method that it is registered for. A request with credentials of two methods is refused. An
 * unknown client and a wrong secret get the same response, in the same time.
 * @param bucket the rate limit that the request counts against
 * @throws {OAuthError} `invalid_client`, `invalid_request` or `rate_limited` ({@link
 * https://www.rfc-editor.org/rfc/rfc6749#section-3.2.1 RFC 6749 section 3.2.1})
 */
export async function authenticateClient(
  ctx: Context,
  request: Request,
  parameters: Parameters,
  bucket?: RateLimitBucket,
): Promise<ClientRecord> {
  const { method, presented } = collectCredentials(ctx, {
    request,
    authorization: readAuthorization(request),
    parameters,
  })
  // Verifying an assertion is expensive and may fetch a key, so the limit is checked first. Comparing a secret costs no
  // more than the response.
  if (presented.assertion !== undefined) await ctx.limits?.checkCredentials(request, presented.clientId)
  const client = await ctx.clients.find(presented.clientId)
  const verdict = await method.verify(ctx, client, presented)
  const verified = verdict === true
  if (client !== undefined && mayAuthenticateBy(client, method.name) && verified) {
    await ctx.limits?.countAuthenticated(bucket, request, client)
    return client
  }
  await ctx.limits?.countRefusedCredentials(request, presented.clientId)
  if (client === undefined) throw refuse(ctx, method, presented, 'unknown or disabled client')
  const wrong = typeof verdict === 'string' ? verdict : 'wrong or expired credentials'
  throw refuse(ctx, method, presented, verified ? 'not the registered method' : wrong)
}

function collectCredentials(
  ctx: Context,
  sources: CredentialSources,
): { method: ClientAuthMethod; presented: PresentedCredentials } {
  let found: { method: ClientAuthMethod; presented: PresentedCredentials } | undefined
  for (const method of ctx.registry.clientAuthMethods.values()) {
    const presented = method.collect(sources)
    if (presented === undefined) continue
    if (found !== undefined) throw twoMethods()
    found = { method, presented }
  }
  const assertion = sources.parameters.get('client_assertion') ?? sources.parameters.get('client_assertion_type')
  if (found !== undefined && assertion !== undefined && found.presented.assertion === undefined) throw twoMethods()
  if (found !== undefined) return found
  const tried = sources.authorization?.scheme
  ctx.emit({ type: 'client.authentication_failed', reason: 'no credentials' })
  throw new OAuthError(
    'invalid_client',
    'client authentication is required: send client_id, and the credentials of the registered method',
    {
      ...(tried !== undefined && { challenge: formatChallenge('Basic', { realm: 'oauth' }) }),
    },
  )
}

function twoMethods(): OAuthError {
  return new OAuthError(
    'invalid_request',
    'the request authenticates the client by two methods: use the registered one alone',
  )
}

function refuse(ctx: Context, method: ClientAuthMethod, presented: PresentedCredentials, reason: string): OAuthError {
  const clientId = safeDescription(presented.clientId)
  ctx.emit({ type: 'client.authentication_failed', clientId, reason: safeDescription(reason) })
  return new OAuthError('invalid_client', 'client authentication failed', {
    ...(method.scheme !== undefined && { challenge: formatChallenge(method.scheme, { realm: 'oauth' }) }),
  })
}
