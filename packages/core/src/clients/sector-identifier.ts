import type { Context } from '../contracts/context.ts'
import { outboundUrlProblem } from '../http/outbound.ts'
import { createUrlCache, type UrlCache } from '../http/url-cache.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/errors.ts'
import { parseJson } from '../protocol/json.ts'

/** For how many seconds a list is cached. A redirect URI that is added to it counts after this time. */
const maxAge = 60

/**
 * Checks that the list behind `sector_identifier_uri` has all redirect URIs of the client ({@link
 * https://openid.net/specs/openid-connect-registration-1_0.html#SectorIdentifierValidation OpenID Connect Registration
 * section 5}). It fetches the list when a client is created, and again only when a change adds redirect URIs or another
 * list, so that other changes, such as disabling a client, work while that host cannot be reached.
 * @throws {OAuthError} `invalid_client_metadata`
 */
export async function checkSectorIdentifier(
  ctx: Context,
  { sector_identifier_uri: uri, redirect_uris }: ClientMetadata,
  before: ClientMetadata | undefined,
): Promise<void> {
  if (uri === undefined) return
  const vouched = before?.sector_identifier_uri === uri ? before.redirect_uris : []
  const unknown = redirect_uris.filter((redirectUri) => !vouched.includes(redirectUri))
  if (before?.sector_identifier_uri === uri && unknown.length === 0) return
  const problem = outboundUrlProblem(uri, ctx.config.outbound.allowPrivate)
  if (problem !== undefined) throw invalid(`sector_identifier_uri ${problem}`)
  const list = await fetchList(ctx, uri)
  const missing = unknown.find((redirectUri) => !list.includes(redirectUri))
  if (missing !== undefined) throw invalid(`sector_identifier_uri does not list '${missing}'`)
}

async function fetchList(ctx: Context, uri: string): Promise<readonly unknown[]> {
  try {
    return await ctx.once(createLists).get(uri, maxAge, () => {
      if (!ctx.fetchBudget.take(uri)) throw new Error(`the host of ${uri} is asked too often`)
    })
  } catch (cause) {
    throw invalid('sector_identifier_uri cannot be fetched, or is no JSON list', cause)
  }
}

/** The lists that were fetched, of one provider. */
function createLists(ctx: Context): UrlCache<readonly unknown[]> {
  return createUrlCache(async (uri) => {
    const { status, text } = await ctx.outbound(uri, { mediaTypes: ['application/json'] })
    if (status !== 200) throw new Error(`${uri} answered ${status}`)
    const list: unknown = parseJson(text)
    if (!Array.isArray(list)) throw new Error(`${uri} is no list`)
    return list
  }, ctx.clock)
}

function invalid(description: string, cause?: unknown): OAuthError {
  return new OAuthError('invalid_client_metadata', description, { ...(cause !== undefined && { cause }) })
}
