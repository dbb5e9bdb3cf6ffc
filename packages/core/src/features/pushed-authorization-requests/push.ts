import type { Context } from '../../contracts/context.ts'
import type { Core } from '../../contracts/core.ts'
import type { ClientCall, ClientEndpoint } from '../../contracts/endpoint.ts'
import type { RequestReference } from '../../contracts/parameter-source.ts'
import { addParameters } from '../../http/add-parameters.ts'
import { json } from '../../http/json.ts'
import { type Parameters, parseUnchecked, type UncheckedParameters } from '../../http/parameters.ts'
import { atMost, demandsOn } from '../../policy/demands.ts'
import { asOAuthError } from '../../policy/failure.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { boundParameters, withProofHeaders } from '../../tokens/binding.ts'
import { type Pairs, storePushedRequest } from './pushed-request.ts'

/** The name of the endpoint, in `provider.handlers` and of its rate limit. */
export const pushEndpointName = 'pushedAuthorizationRequest'

const path = '/oauth2/par'

/** Parameters that authenticate the client. They are no part of the request, and are never stored. */
const credentials: ReadonlySet<string> = new Set(['client_secret', 'client_assertion', 'client_assertion_type'])

/**
 * The pushed authorization request endpoint ({@link https://www.rfc-editor.org/rfc/rfc9126#section-2 RFC 9126 section
 * 2}).
 * @param lifetime of a `request_uri`, in seconds
 */
export function pushEndpoint(lifetime: number): ClientEndpoint {
  return {
    name: pushEndpointName,
    path,
    methods: ['POST'],
    errors: 'json',
    cors: 'client',
    rateLimit: pushEndpointName,
    metadata: 'pushed_authorization_request_endpoint',
    handleClient: (core, call) => push(core, call, lifetime),
  }
}

async function push(core: Core, call: ClientCall, configured: number): Promise<Response> {
  const { request, client, parameters, evidence } = call
  const pushed = pushedParameters(core, client, parameters)
  // The proof comes first, as at the token endpoint: with a new nonce the client repeats a request that used nothing up.
  const binding = await core.readBinding(request, { endpoint: core.config.issuer + path, client, evidence })
  return withProofHeaders(binding?.headers, async () => {
    const checked = await check(core, request, client, pushed)
    const bound = addParameters(checked, boundParameters(binding, evidence?.instance))
    const { requestUri, expiresIn } = await keepRequest(core, client, bound, configured)
    return json(201, { request_uri: requestUri, expires_in: expiresIn }, binding?.headers)
  })
}

/**
 * Stores a request that was checked.
 * @param configured lifetime of the `request_uri`, in seconds
 */
export async function keepRequest(
  ctx: Context,
  client: ClientRecord,
  parameters: UncheckedParameters,
  configured: number,
): Promise<RequestReference> {
  const expiresIn = atMost(configured, demandsOn(ctx, client).requestUriLifetime)
  const pairs = pairsOf(parameters)
  // What is stored has to be readable, also with a parameter that a proof adds.
  parsePairs(ctx, pairs)
  const { requestUri, goodUntil } = await storePushedRequest(ctx, client.id, pairs, expiresIn)
  ctx.emit({ type: 'authorization_request.pushed', clientId: client.id, expiresAt: goodUntil })
  return { requestUri, expiresIn }
}

/**
 * Returns what the client asks for. Beside a request object no other parameter counts ({@link
 * https://www.rfc-editor.org/rfc/rfc9126#section-3 RFC 9126 section 3}).
 * @throws {OAuthError} `invalid_request`
 */
function pushedParameters(core: Core, client: ClientRecord, form: Parameters): UncheckedParameters {
  if (form.has('request_uri')) {
    throw new OAuthError('invalid_request', 'request_uri must not be pushed: send the parameters themselves')
  }
  const named = form.get('client_id')
  const request = form.get('request')
  if (named === undefined && request === undefined) throw new OAuthError('invalid_request', 'client_id is missing')
  if (named !== undefined && named !== client.id) {
    throw new OAuthError('invalid_request', 'client_id is not the client that has authenticated')
  }
  if (request !== undefined && core.registry.serverMetadata.request_parameter_supported !== true) {
    throw new OAuthError('request_not_supported', 'request is not supported: push the parameters themselves')
  }
  const pairs =
    request === undefined ? pairsOf(form) : [['client_id', client.id] as const, ['request', request] as const]
  return parsePairs(core, pairs)
}

/**
 * Checks the whole request as the authorization endpoint will do again. Here an error is an answer to the client, and
 * never a redirect.
 * @returns the parameters to keep: those in the request object, where there was one
 */
async function check(
  core: Core,
  request: Request,
  client: ClientRecord,
  pushed: UncheckedParameters,
): Promise<UncheckedParameters> {
  try {
    const read = await core.readAuthorization(request, pushed)
    if (read.client.id === client.id) return read.parameters
  } catch (thrown) {
    const { code, description, details } = asOAuthError(thrown)
    const { redirect: _, ...others } = details
    throw new OAuthError(code, description, others)
  }
  throw new OAuthError('invalid_request', 'client_id is not the client that has authenticated')
}

/** Returns all parameters but the credentials. Those of other features are kept as they are. */
function pairsOf(parameters: Parameters): Pairs {
  return parameters.names
    .filter((name) => !credentials.has(name))
    .flatMap((name) => {
      const values = parameters.all(name)
      return (values.length === 0 ? [''] : values).map((value) => [name, value] as const)
    })
}

function parsePairs({ registry }: Context, pairs: Pairs): UncheckedParameters {
  const encoded = new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString()
  return parseUnchecked(encoded, registry.repeatable)
}
