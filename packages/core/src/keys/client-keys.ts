import { createLocalJWKSet, type JSONWebKeySet } from 'jose'
import type { Context } from '../contracts/context.ts'
import { createRemembered, type Remembered } from '../http/remembered.ts'
import type { ClientMetadata, PublicKeySet } from '../protocol/client-metadata.ts'

/** Finds the key for a JWS by its header. */
export type ClientKeys = ReturnType<typeof createLocalJWKSet>

/** Seconds for which fetched keys are relied on: a key that its client has taken down is good for so long. */
const keysMaxAge = 300

const mediaTypes = ['application/jwk-set+json', 'application/json']

/** Key sets that were imported: a key is imported once, not with every signature. */
const imported = new WeakMap<PublicKeySet, ClientKeys>()
const fetched = new WeakMap<Context, Remembered<ClientKeys>>()

/**
 * The keys that a client registered, by value or by reference
 * ({@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}); `undefined` when it has none.
 * @param fresh fetches them again, once a second at most, for a key that is not among those we know
 * @throws {Error} when they cannot be fetched, or are none
 */
export async function clientKeys(
  ctx: Context,
  { jwks, jwks_uri }: ClientMetadata,
  fresh = false,
): Promise<ClientKeys | undefined> {
  if (jwks_uri !== undefined) return keysByReference(ctx).get(jwks_uri, fresh ? 1 : keysMaxAge)
  if (jwks === undefined) return undefined
  const known = imported.get(jwks) ?? importKeys(jwks)
  imported.set(jwks, known)
  return known
}

function keysByReference(ctx: Context): Remembered<ClientKeys> {
  const known = fetched.get(ctx)
  if (known !== undefined) return known
  const remembered = createRemembered((url) => fetchKeys(ctx, url), ctx.clock)
  fetched.set(ctx, remembered)
  return remembered
}

async function fetchKeys(ctx: Context, url: string): Promise<ClientKeys> {
  const { status, text } = await ctx.outbound(url, { mediaTypes })
  if (status !== 200) throw new Error(`${url} answered ${status}`)
  return importKeys(JSON.parse(text))
}

/** A public key only is taken as such: whatever is private or symmetric in a set verifies nothing. */
function importKeys(jwks: PublicKeySet): ClientKeys {
  return createLocalJWKSet(jwks as unknown as JSONWebKeySet)
}
