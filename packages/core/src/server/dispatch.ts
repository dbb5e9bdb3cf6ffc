import { onPage, respondWithError } from '../authorization/authorization-response.ts'
import { authenticateClient } from '../clients/authenticate.ts'
import type { Core } from '../contracts/core.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { readAuthorization } from '../http/authorization-header.ts'
import { allowAnyOrigin, allowOrigin, isRealOrigin, preflight } from '../http/cors.ts'
import { errorResponse } from '../http/error-response.ts'
import { readForm } from '../http/form.ts'
import { wantsJson } from '../http/redirect.ts'
import { withoutBody } from '../http/reply.ts'
import { errorPage } from '../pages/error-page.ts'
import { asOAuthError } from '../policy/failure.ts'
import { OAuthError, safeDescription } from '../protocol/errors.ts'
import { type Awaitable, isThenable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'

/** A response, and the client that authenticated for it. */
interface Served {
  readonly response: Response
  readonly client?: ClientRecord | undefined
}

/**
 * Serves a request to one endpoint: checks the method, then calls the endpoint. This is the only place where errors
 * become responses. A response may be made lazily: `toResponse` returns the platform's. That with a prepared document is there
 * at once, without a promise.
 */
export function dispatch(core: Core, endpoint: Endpoint, request: Request): Awaitable<Response> {
  const origin = request.headers.get('origin')
  if (request.method === 'OPTIONS' && endpoint.cors !== undefined) {
    const real = isRealOrigin(origin) ? origin : undefined
    const requestHeaders = request.headers.get('access-control-request-headers')
    const allowed = endpoint.cors === 'client' ? real : real && '*'
    return preflight(endpoint.methods, { origin: allowed, requestHeaders }, headerNamers(core))
  }
  const served = serve(core, endpoint, request)
  const complete = (late: Served): Response => addCors(core, endpoint, { request, origin, served: late })
  return served instanceof Promise ? served.then(complete) : complete(served)
}

interface Answered {
  readonly request: Request
  readonly origin: string | null
  readonly served: Served
}

/** Leaves out the body of a response to HEAD, and lets scripts read the responses that are for them. */
function addCors(core: Core, endpoint: Endpoint, { request, origin, served }: Answered): Response {
  const response = request.method === 'HEAD' ? withoutBody(served.response) : served.response
  // Only a script's request needs CORS headers, and browsers send `Origin` with it.
  if (endpoint.cors === undefined || !isRealOrigin(origin)) return response
  // Without a client the response is an error that everybody gets who asks. A script has to read it to learn that its
  // client was deleted.
  if (endpoint.cors === 'any' || served.client === undefined) return allowAnyOrigin(response, headerNamers(core))
  const own = core.config.corsOrigins.has(origin) || isOwnOrigin(served.client, origin)
  return own ? allowOrigin(response, origin, headerNamers(core)) : response
}

/** What may bring headers of its own to requests and responses. Only requests of scripts need the list. */
function headerNamers({ registry: { senderConstraints, clientAuthMethods } }: Core) {
  return [...senderConstraints.values(), ...clientAuthMethods.values()]
}

/** Whether the origin is one of the client: that of a redirect URI, or one that the server side gave it. */
function isOwnOrigin({ metadata }: ClientRecord, origin: string): boolean {
  const { redirect_uris: uris, allowed_cors_origins: others } = metadata
  if (others?.includes(origin) === true) return true
  return uris.some((uri) => /^https?:/.test(uri) && URL.canParse(uri) && new URL(uri).origin === origin)
}

/** Serves a request. Without a client and a limit to ask for, what the endpoint has at hand takes no promise. */
function serve(core: Core, endpoint: Endpoint, request: Request): Awaitable<Served> {
  const isCounted = core.limits !== undefined && endpoint.rateLimit !== undefined
  if (isCounted || 'handleClient' in endpoint) return serveLater(core, endpoint, request)
  const refused = async (thrown: unknown): Promise<Served> => ({
    response: await refuse(core, endpoint, request, thrown),
  })
  try {
    checkMethod(endpoint, request)
    const response = endpoint.handle(core, request)
    // A feature may answer with a promise of whatever kind.
    if (!isThenable(response)) return { response }
    return Promise.resolve(response).then((late) => ({ response: late }), refused)
  } catch (thrown) {
    return refused(thrown)
  }
}

async function serveLater(core: Core, endpoint: Endpoint, request: Request): Promise<Served> {
  let client: ClientRecord | undefined
  try {
    checkMethod(endpoint, request)
    if (endpoint.rateLimit !== undefined && core.limits !== undefined) {
      await core.limits.countRequest(core, endpoint.rateLimit, request)
    }
    if ('handle' in endpoint) return { response: await endpoint.handle(core, request) }
    const parameters = await readForm(request, core.registry.repeatable)
    const authenticated = await authenticateClient(core, request, parameters, endpoint)
    client = authenticated.client
    note(core, client, parameters.get('grant_type'))
    const { evidence } = authenticated
    return { client, response: await endpoint.handleClient(core, { request, client, evidence, parameters }) }
  } catch (thrown) {
    return { client, response: await refuse(core, endpoint, request, thrown) }
  }
}

/** Notes what is now known about the request, for its end. A grant type that the server does not have is only a text. */
function note({ served, registry }: Core, client: ClientRecord, grantType: string | undefined): void {
  if (served === undefined) return
  served.clientId = client.id
  if (grantType !== undefined && registry.grantTypes.has(grantType)) served.grantType = grantType
}

/**
 * Checks the HTTP method.
 * @throws {OAuthError} `method_not_allowed`; for an endpoint with `changesOnGet` also for HEAD, and `invalid_request`
 * for a prefetch
 */
function checkMethod(endpoint: Endpoint, request: Request): void {
  const method = request.method === 'HEAD' ? 'GET' : request.method
  if (!endpoint.methods.includes(method as Endpoint['methods'][number])) {
    const allow = endpoint.methods.join(', ')
    throw new OAuthError('method_not_allowed', `use ${allow}`, { headers: { allow } })
  }
  if (endpoint.changesOnGet) refuseLooking(endpoint, request)
}

/**
 * Refuses HEAD and prefetches at an endpoint where a GET changes something.
 * @throws {OAuthError} `method_not_allowed` for HEAD, `invalid_request` for a prefetch
 */
function refuseLooking({ methods }: Endpoint, request: Request): void {
  if (request.method === 'HEAD') {
    const allow = methods.join(', ')
    throw new OAuthError('method_not_allowed', `use ${allow}`, { headers: { allow } })
  }
  const purpose = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].map((name) => request.headers.get(name) ?? '').join()
  if (/prefetch|prerender|preview/i.test(purpose)) {
    throw new OAuthError('invalid_request', 'this address cannot be loaded in advance: loading it changes something')
  }
}

/** Turns a thrown error into a response, and reports its true reason as an event. */
async function refuse(core: Core, endpoint: Endpoint, request: Request, thrown: unknown): Promise<Response> {
  const error = withRequestId(core, withStatus(core, endpoint, asOAuthError(thrown)))
  noteError(core, error)
  if (error.status >= 500) {
    core.emit({ type: 'request.failed', endpoint: endpoint.name, cause: error.details.cause })
  } else {
    core.emit({
      type: 'request.refused',
      endpoint: endpoint.name,
      error: error.code,
      status: error.status,
      ...(error.description !== undefined && { description: safeDescription(error.description) }),
      ...(error.details.cause !== undefined && { cause: error.details.cause }),
    })
  }
  const target = error.details.redirect
  if (target !== undefined && target !== 'never') {
    try {
      return await respondWithError(core, request, target, error)
    } catch (failure) {
      // For instance, the response cannot be signed. The user must see a page that says so.
      return refuse(core, endpoint, request, onPage(failure))
    }
  }
  const audience = endpoint.errors === 'page' && wantsJson(request) ? 'json' : endpoint.errors
  if (audience === 'page') return errorPage(core, request, error)
  const used = readAuthorization(request)?.scheme
  return errorResponse(error, audience, core.registry.senderConstraints.values(), used)
}

/** The first error of a request is the one that the client gets, unless it cannot be sent there. */
function noteError({ served }: Core, error: OAuthError): void {
  if (served === undefined) return
  const { redirect, page } = error.details
  served.error = { code: error.code, status: error.status }
  served.clientId ??= page?.clientId ?? (typeof redirect === 'object' ? redirect.clientId : undefined)
}

/** Whoever gets a failure of the server can tell the operator by this id which one it was. */
function withRequestId({ served }: Core, error: OAuthError): OAuthError {
  if (served === undefined || error.status < 500) return error
  const members = { ...error.details.members, request_id: served.id }
  return new OAuthError(error.code, error.description, { ...error.details, members })
}

/** Sets the HTTP status that belongs to an error code here, unless the error has a status of its own. */
function withStatus(core: Core, endpoint: Endpoint, error: OAuthError): OAuthError {
  // Where clients authenticate, a refusal is an ordinary error (RFC 6749 section 5.2); elsewhere it is a page with 403.
  const ordinary = 'handleClient' in endpoint && error.code === 'access_denied'
  const status = ordinary ? 400 : core.registry.errors.get(error.code)
  if (status === undefined || error.details.status !== undefined) return error
  return new OAuthError(error.code, error.description, { ...error.details, status })
}
