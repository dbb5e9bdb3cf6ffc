import type { ClientAuthMethod, CredentialSources, PresentedCredentials } from '../contracts/client-auth-method.ts'
import type { Context } from '../contracts/context.ts'
import { readAuthorization } from '../http/authorization-header.ts'
import type { Parameters } from '../http/parameters.ts'
import { formatChallenge } from '../protocol/challenge.ts'
import { OAuthError, safeDescription } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * The client that a request to the token endpoint (or another that authenticates clients) comes from. The method that
 * is registered is the method that is required; credentials of two methods at once are refused; an unknown client and a
 * wrong secret look and cost the same.
 * @throws {OAuthError} `invalid_client` or `invalid_request`
 * ({@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2.1 RFC 6749 section 3.2.1})
 */
export async function authenticateClient(
  ctx: Context,
  request: Request,
  parameters: Parameters,
): Promise<ClientRecord> {
  const { method, presented } = collectCredentials(ctx, { authorization: readAuthorization(request), parameters })
  const client = await ctx.clients.find(presented.clientId)
  const verified = await method.verify(ctx, client, presented)
  if (client === undefined) throw refuse(ctx, method, presented, 'unknown or disabled client')
  if (client.metadata.token_endpoint_auth_method !== method.name)
    throw refuse(ctx, method, presented, 'not the registered method')
  if (!verified) throw refuse(ctx, method, presented, 'wrong or expired credentials')
  return client
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
  throw new OAuthError('invalid_client', 'client authentication is required', {
    ...(tried !== undefined && { challenge: formatChallenge('Basic', { realm: 'oauth' }) }),
  })
}

function twoMethods(): OAuthError {
  return new OAuthError('invalid_request', 'more than one client authentication method')
}

function refuse(ctx: Context, method: ClientAuthMethod, presented: PresentedCredentials, reason: string): OAuthError {
  ctx.emit({ type: 'client.authentication_failed', clientId: safeDescription(presented.clientId), reason })
  return new OAuthError('invalid_client', 'client authentication failed', {
    ...(method.scheme !== undefined && { challenge: formatChallenge(method.scheme, { realm: 'oauth' }) }),
  })
}
