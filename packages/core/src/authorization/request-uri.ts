import type { Context } from '../contracts/context.ts'
import { parseUnchecked, refuseRepeated, type UncheckedParameters } from '../http/parameters.ts'
import { OAuthError } from '../protocol/errors.ts'

/**
 * Returns the parameters that the host has for a `request_uri` (option `requestUriResolver`). They replace everything
 * that came through the browser. The client must be the one in the request ({@link
 * https://www.rfc-editor.org/rfc/rfc9101#section-5 RFC 9101 section 5}, {@link
 * https://www.rfc-editor.org/rfc/rfc9126#section-4 RFC 9126 section 4}). The client is not verified yet, so errors are
 * shown on a page.
 * @returns `undefined` when there is nothing to resolve
 * @throws {OAuthError} `invalid_request_uri` or `invalid_request`
 */
export async function resolveRequestUri(
  ctx: Context,
  sent: UncheckedParameters,
): Promise<UncheckedParameters | undefined> {
  const { requestUriResolver } = ctx.config.resolvers
  if (requestUriResolver === undefined || !sent.has('request_uri')) return undefined
  refuseRepeated(sent)
  const requestUri = sent.get('request_uri')
  if (requestUri === undefined) return undefined
  if (sent.get('request') !== undefined) {
    throw new OAuthError('invalid_request', 'send request or request_uri, not both')
  }
  const clientId = sent.get('client_id')
  const found = await requestUriResolver(requestUri, clientId)
  if (!found) {
    // A feature may know a request_uri that the host does not know.
    if (ctx.registry.parameterSources.length > 0) return undefined
    throw new OAuthError('invalid_request_uri', 'request_uri is unknown or has expired')
  }
  const members = Object.entries(found).filter(([, value]) => typeof value === 'string')
  const resolved = parseUnchecked(new URLSearchParams(members).toString())
  if (clientId !== undefined && clientId !== resolved.get('client_id')) {
    throw new OAuthError('invalid_request', 'request_uri belongs to another client')
  }
  return resolved
}
