import type { ClientAuthMethod, CredentialSources, PresentedCredentials } from '../contracts/client-auth-method.ts'
import type { ClientEvidence } from '../contracts/client-instance.ts'
import type { Context } from '../contracts/context.ts'
import type { EndpointRow } from '../contracts/endpoint.ts'
import { readAuthorization } from '../http/authorization-header.ts'
import type { Parameters } from '../http/parameters.ts'
import { isPublic, mayAuthenticateWith } from '../policy/client.ts'
import { demandsOn, missingProfile } from '../policy/demands.ts'
import { formatChallenge } from '../protocol/challenge.ts'
import { OAuthError, safeDescription } from '../protocol/errors.ts'
import { isThenable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'

/** A client that has authenticated, and what it has proved beside its name. */
export interface AuthenticatedClient {
  readonly client: ClientRecord
  readonly evidence: ClientEvidence | undefined
}

/**
 * Authenticates the client of a request to the token endpoint or another endpoint at which clients authenticate. The
 * client must use the method that it is registered for; a secret may come by Basic or in the form, unless the option
 * `strictClientAuthMethod` is set. A request with credentials of two methods is refused. An unknown client and a wrong
 * secret get the same response, in the same time.
 * @param endpoint whose rate limit the request counts against
 * @throws {OAuthError} `invalid_client`, `invalid_request` or `rate_limited` ({@link
 * https://www.rfc-editor.org/rfc/rfc6749#section-3.2.1 RFC 6749 section 3.2.1})
 */
export async function authenticateClient(
  ctx: Context,
  request: Request,
  parameters: Parameters,
  endpoint?: Pick<EndpointRow, 'path' | 'rateLimit'>,
): Promise<AuthenticatedClient> {
  const sources: CredentialSources = {
    request,
    authorization: readAuthorization(request),
    parameters,
    ...(endpoint !== undefined && { endpoint: ctx.config.issuer + endpoint.path }),
  }
  const collected = collectCredentials(ctx, sources)
  const { presented } = collected
  // Verifying an assertion is expensive and may fetch a key, so the limit is checked first. Comparing a secret costs no
  // more than the response.
  if (presented.assertion !== undefined) await ctx.limits?.checkCredentials(ctx, request, presented.clientId)
  const known = ctx.clients.find(presented.clientId)
  const client = known instanceof Promise ? await known : known
  const method = connectionMethod(ctx, collected.method, client) ?? collected.method
  if (method.inConnection) await ctx.limits?.checkCredentials(ctx, request, presented.clientId)
  const answer = method.verify(ctx, client, presented, request)
  const verdict = isThenable(answer) ? await answer : answer
  const evidence = typeof verdict === 'object' && !(verdict instanceof OAuthError) ? verdict : undefined
  const verified = verdict === true || evidence !== undefined
  if (client !== undefined && verified && mayAuthenticateWith(client, method.name, ctx.config.strictClientAuthMethod)) {
    const refusal = profileRefusal(ctx, client, method.name)
    if (refusal !== undefined) throw refuse(ctx, method, presented, refusal)
    if (ctx.limits !== undefined) await ctx.limits.countAuthenticated(ctx, endpoint?.rateLimit, request, client)
    const further = evidence ?? furtherEvidence(ctx, client, method, sources)
    return { client, evidence: further instanceof Promise ? await further : further }
  }
  await ctx.limits?.countRefusedCredentials(ctx, request, presented.clientId)
  if (verdict instanceof OAuthError) {
    emitFailure(ctx, presented, String(verdict.details.cause ?? verdict.description))
    throw verdict
  }
  if (client === undefined) throw refuse(ctx, method, presented, { reason: 'unknown or disabled client' })
  const wrong = typeof verdict === 'string' ? verdict : 'wrong or expired credentials'
  if (!verified) throw refuse(ctx, method, presented, { reason: wrong })
  const description = registeredMethodFor(client, presented)
  throw refuse(ctx, method, presented, { reason: 'not the registered method', description })
}

/** Reads the credentials of other methods that come beside those of the method by which the client has authenticated. */
function furtherEvidence(
  ctx: Context,
  client: ClientRecord,
  used: ClientAuthMethod,
  sources: CredentialSources,
): Promise<ClientEvidence | undefined> | undefined {
  const others = [...ctx.registry.clientAuthMethods.values()].filter(
    (method) => method !== used && method.checkBeside !== undefined,
  )
  return others.length === 0 ? undefined : firstEvidence(ctx, client, others, sources)
}

async function firstEvidence(
  ctx: Context,
  client: ClientRecord,
  methods: readonly ClientAuthMethod[],
  sources: CredentialSources,
): Promise<ClientEvidence | undefined> {
  for (const method of methods) {
    const found = await method.checkBeside?.(ctx, client, sources)
    if (found !== undefined) return found
  }
  return undefined
}

/** Tells why the security profile of an authenticated client refuses it; `undefined` when it does not. */
function profileRefusal(ctx: Context, client: ClientRecord, method: string): Refusal | undefined {
  const missing = missingProfile(ctx, client)
  if (missing !== undefined) return { reason: `this process does not have the security profile ${missing}` }
  const { clientAuthMethods } = demandsOn(ctx, client)
  if (clientAuthMethods === undefined || clientAuthMethods.includes(method)) return undefined
  const description = `the client must authenticate with ${clientAuthMethods.join(' or ')}`
  return { reason: `the security profile of the client does not allow ${method}`, description }
}

/**
 * Returns the method whose credentials are in the connection, when the form has `client_id` alone and the client is
 * registered for such a method.
 */
function connectionMethod(
  { registry }: Context,
  { name }: ClientAuthMethod,
  client: ClientRecord | undefined,
): ClientAuthMethod | undefined {
  if (name !== 'none' || client === undefined || isPublic(client)) return undefined
  for (const method of registry.clientAuthMethods.values()) {
    if (method.inConnection === true && mayAuthenticateWith(client, method.name, true)) return method
  }
  return undefined
}

/**
 * Describes the method that the client is registered for, to a caller who knows its secret. Nobody else learns it: a
 * wrong secret gets the same response as an unknown client.
 */
function registeredMethodFor({ metadata }: ClientRecord, presented: PresentedCredentials): string | undefined {
  if (presented.secret === undefined) return undefined
  return `the client must authenticate with ${metadata.token_endpoint_auth_method}, the method that it is registered for`
}

function collectCredentials(
  ctx: Context,
  sources: CredentialSources,
): { method: ClientAuthMethod; presented: PresentedCredentials } {
  let found: { method: ClientAuthMethod; presented: PresentedCredentials } | undefined
  for (const method of ctx.registry.clientAuthMethods.values()) {
    if (method.inConnection) continue
    const presented = method.collect(sources)
    if (presented === undefined) continue
    // A client_id beside the credentials of a method, for instance those in a header, is no second method.
    if (found !== undefined && method.name === 'none') continue
    if (found !== undefined && found.method.name !== 'none') throw twoMethods()
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

/** The true reason, for the event, and what the client is told instead of the usual text. */
interface Refusal {
  readonly reason: string
  readonly description?: string | undefined
}

function refuse(
  ctx: Context,
  method: ClientAuthMethod,
  presented: PresentedCredentials,
  { reason, description = 'client authentication failed' }: Refusal,
): OAuthError {
  emitFailure(ctx, presented, reason)
  return new OAuthError('invalid_client', description, {
    ...(method.scheme !== undefined && { challenge: formatChallenge(method.scheme, { realm: 'oauth' }) }),
  })
}

function emitFailure(ctx: Context, presented: PresentedCredentials, reason: string): void {
  const clientId = safeDescription(presented.clientId)
  ctx.emit({ type: 'client.authentication_failed', clientId, reason: safeDescription(reason) })
}
