import { respondWithError } from '../authorization/authorization-response.ts'
import { authenticatedClient } from '../clients/authenticate.ts'
import type { Context } from '../contracts/context.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { allowAnyOrigin, allowOrigin, isRealOrigin, preflight } from '../http/cors.ts'
import { errorResponse } from '../http/error-response.ts'
import { wantsJson } from '../http/redirect.ts'
import { asOAuthError } from '../policy/failure.ts'
import { OAuthError, safeDescription } from '../protocol/errors.ts'

/**
 * A request to one endpoint: method, then the endpoint itself. Whatever is thrown below becomes an answer here, and
 * nowhere else.
 */
export async function dispatch(ctx: Context, endpoint: Endpoint, request: Request): Promise<Response> {
  const origin = request.headers.get('origin')
  if (request.method === 'OPTIONS' && endpoint.cors !== undefined) {
    const real = isRealOrigin(origin) ? origin : undefined
    return preflight(endpoint.methods, endpoint.cors === 'client' ? real : real && '*')
  }
  const served = await serve(ctx, endpoint, request)
  const response = request.method === 'HEAD' ? new Response(null, served) : served
  // Only a script says where it comes from.
  if (endpoint.cors === undefined || !isRealOrigin(origin)) return response
  if (endpoint.cors === 'any') return allowAnyOrigin(response)
  return isOwnOrigin(request, origin) ? allowOrigin(response, origin) : response
}

/** Whether the client that the request authenticated as has its pages there. */
function isOwnOrigin(request: Request, origin: string): boolean {
  const uris = authenticatedClient(request)?.metadata.redirect_uris ?? []
  return uris.some((uri) => /^https?:/.test(uri) && URL.canParse(uri) && new URL(uri).origin === origin)
}

async function serve(ctx: Context, endpoint: Endpoint, request: Request): Promise<Response> {
  try {
    const method = request.method === 'HEAD' ? 'GET' : request.method
    if (!endpoint.methods.includes(method as Endpoint['methods'][number])) {
      const allow = endpoint.methods.join(', ')
      throw new OAuthError('method_not_allowed', `use ${allow}`, { headers: { allow } })
    }
    if (endpoint.changesOnGet) refuseLooking(endpoint, request)
    if (endpoint.rateLimit !== undefined) await ctx.limits?.countRequest(endpoint.rateLimit, request)
    return await endpoint.handle(ctx, request)
  } catch (thrown) {
    return await refuse(ctx, endpoint, request, thrown)
  }
}

/**
 * Refuses a request that only looks at what is behind a link, at an endpoint where looking would change something.
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

/** Turns whatever was thrown into an answer, and tells the event hook the true reason. */
async function refuse(ctx: Context, endpoint: Endpoint, request: Request, thrown: unknown): Promise<Response> {
  const error = asOAuthError(thrown)
  if (error.status >= 500) {
    ctx.emit({ type: 'request.failed', endpoint: endpoint.name, cause: error.details.cause })
  } else {
    ctx.emit({
      type: 'request.refused',
      endpoint: endpoint.name,
      error: error.code,
      status: error.status,
      ...(error.description !== undefined && { description: safeDescription(error.description) }),
      ...(error.details.cause !== undefined && { cause: error.details.cause }),
    })
  }
  const target = error.details.redirect
  if (target === undefined || target === 'never') {
    return errorResponse(error, endpoint.errors === 'page' && wantsJson(request) ? 'json' : endpoint.errors)
  }
  return respondWithError(ctx, request, target, error)
}
