import type { Context } from '../contracts/context.ts'
import { parseUnchecked, refuseRepeated, type UncheckedParameters } from '../http/parameters.ts'
import { OAuthError } from '../protocol/errors.ts'

/**
 * Where the host resolves `request_uri`, the parameters behind it, in place of everything that came through the browser;
 * `undefined` where there is nothing to resolve. The client named there has to be the same
 * ({@link https://www.rfc-editor.org/rfc/rfc9101#section-5 RFC 9101 section 5},
 * {@link https://www.rfc-editor.org/rfc/rfc9126#section-4 RFC 9126 section 4}). Nothing is verified yet, so an error is
 * a page.
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
    throw new OAuthError('invalid_request', 'request and request_uri exclude each other')
  }
  const clientId = sent.get('client_id')
  const found = await requestUriResolver(requestUri, clientId)
  if (!found) {
    // What the host does not know may be a feature's.
    if (ctx.registry.parameterSources.length > 0) return undefined
    throw new OAuthError('invalid_request_uri', 'request_uri is invalid or expired')
  }
  const members = Object.entries(found).filter(([, value]) => typeof value === 'string')
  const resolved = parseUnchecked(new URLSearchParams(members).toString())
  if (clientId !== undefined && clientId !== resolved.get('client_id')) {
    throw new OAuthError('invalid_request', 'request_uri belongs to another client')
  }
  return resolved
}
