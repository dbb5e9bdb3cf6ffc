import type { Context } from '../../contracts/context.ts'
import { sha256 } from '../../crypto/hash.ts'
import { createUrlCache, type UrlCache } from '../../http/url-cache.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'

const mediaTypes = ['application/oauth-authz-req+jwt', 'application/jwt', 'application/jose']

/** Seconds for which a request object is cached when the URI contains its hash. */
const maxAgeByHash = 300
/** Seconds for which a request object is cached when the URI contains no hash. */
const maxAge = 10
/** The least number of seconds between two requests to the same URL, whatever hashes the URIs contain. */
const leastPause = 1

/** The form of a fragment that is the SHA-256 hash of the document. */
const hashPattern = /^[A-Za-z0-9_-]{43}$/

interface Fetched {
  readonly jwt: string
  /** SHA-256, base64url. */
  readonly hash: string
}

/**
 * Fetches the request object behind a `request_uri`. The client must have registered the URL: the server does not fetch
 * a URL only because a request names it ({@link https://www.rfc-editor.org/rfc/rfc9101#section-10.4 RFC 9101 section
 * 10.4}). The fragment is not fetched. If it is the hash of the document, it tells whether the cached document is the
 * right one or has changed ({@link https://www.rfc-editor.org/rfc/rfc9101#section-5.2 RFC 9101 section 5.2}). Any other
 * fragment is ignored.
 * @throws {OAuthError} `invalid_request_uri`
 */
export async function fetchRequestObject(ctx: Context, client: ClientRecord, uri: string): Promise<string> {
  const [url = '', fragment = ''] = uri.split('#', 2)
  const registered = client.metadata.request_uris ?? []
  if (!registered.some((one) => one.split('#')[0] === url)) {
    throw new OAuthError('invalid_request_uri', 'request_uri is not registered for the client (request_uris)')
  }
  const beforeFetch = (): void => {
    if (ctx.fetchBudget.take(url, `request objects of ${client.id}`)) return
    throw new OAuthError(
      'invalid_request_uri',
      'too many request objects have been fetched for this client: try again in a minute',
    )
  }
  const byHash = hashPattern.test(fragment)
  try {
    const known = await ctx.once(createRequestObjects).get(url, byHash ? maxAgeByHash : maxAge, beforeFetch)
    if (!byHash || known.hash === fragment) return known.jwt
    return (await ctx.once(createRequestObjects).get(url, leastPause, beforeFetch)).jwt
  } catch (cause) {
    if (cause instanceof OAuthError) throw cause
    throw new OAuthError('invalid_request_uri', 'the request object cannot be fetched', { cause })
  }
}

/** The cache of a provider for fetched request objects. */
function createRequestObjects(ctx: Context): UrlCache<Fetched> {
  return createUrlCache((url) => fetchDocument(ctx, url), ctx.clock)
}

async function fetchDocument(ctx: Context, url: string): Promise<Fetched> {
  const { status, text } = await ctx.outbound(url, { mediaTypes })
  if (status !== 200) throw new Error(`${url} answered ${status}`)
  return { jwt: text.trim(), hash: await sha256(text) }
}
