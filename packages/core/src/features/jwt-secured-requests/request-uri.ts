import type { Context } from '../../contracts/context.ts'
import { createRemembered, type Remembered } from '../../http/remembered.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'

const mediaTypes = ['application/oauth-authz-req+jwt', 'application/jwt', 'application/jose']

/** Seconds for which a request object is kept whose URI says by its fragment which one it is. */
const maxAge = 300

const fetched = new WeakMap<Context, Remembered<string>>()

/**
 * The request object behind a `request_uri` that the client registered, and behind no other: the server fetches nothing
 * because a URL says so ({@link https://www.rfc-editor.org/rfc/rfc9101#section-10.4 RFC 9101 section 10.4}). A fragment
 * is the hash of what is there, and may change with it
 * ({@link https://openid.net/specs/openid-connect-core-1_0.html#RequestUriParameter OpenID Connect Core section 6.2}).
 * @throws {OAuthError} `invalid_request_uri`
 */
export async function fetchRequestObject(ctx: Context, client: ClientRecord, uri: string): Promise<string> {
  const registered = client.metadata.request_uris ?? []
  if (!registered.some((one) => withoutFragment(one) === withoutFragment(uri))) {
    throw new OAuthError('invalid_request_uri', 'request_uri is not registered for the client')
  }
  try {
    return await requestObjects(ctx).get(uri, uri.includes('#') ? maxAge : 0)
  } catch (cause) {
    throw new OAuthError('invalid_request_uri', 'the request object cannot be fetched', { cause })
  }
}

function requestObjects(ctx: Context): Remembered<string> {
  const known = fetched.get(ctx)
  if (known !== undefined) return known
  const remembered = createRemembered((uri) => fetchText(ctx, withoutFragment(uri)), ctx.clock)
  fetched.set(ctx, remembered)
  return remembered
}

async function fetchText(ctx: Context, url: string): Promise<string> {
  const { status, text } = await ctx.outbound(url, { mediaTypes })
  if (status !== 200) throw new Error(`${url} answered ${status}`)
  return text.trim()
}

function withoutFragment(uri: string): string {
  return uri.split('#')[0] as string
}
