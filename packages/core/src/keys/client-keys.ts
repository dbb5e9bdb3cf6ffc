import { type CryptoKey, importJWK, type JWK } from 'jose'
import type { Context } from '../contracts/context.ts'
import { mostKeys, publicKeyProblem } from '../crypto/public-key.ts'
import { createUrlCache, type UrlCache } from '../http/url-cache.ts'
import type { PublicKeySet } from '../protocol/feature-client-metadata.ts'
import { parseJson } from '../protocol/json.ts'
import type { ClientRecord } from '../storage/client.ts'

/** A key of a client with which signatures may be verified. */
export interface ClientKey {
  readonly jwk: Readonly<Record<string, unknown>>
  /** Imports it for an algorithm, once. */
  load(algorithm: string): Promise<CryptoKey>
}

/** The keys of a client that are fit for signatures. */
export type ClientKeys = readonly ClientKey[]

/** Seconds for which fetched keys are relied on: a key that its client has taken down is good for so long. */
const keysMaxAge = 300

const mediaTypes = ['application/jwk-set+json', 'application/json']

/** Key sets that were read: a key is imported once, not with every signature. */
const read = new WeakMap<PublicKeySet, ClientKeys>()

/**
 * The keys that a client registered, by value or by reference
 * ({@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}); `undefined` when it has none.
 * @param fresh fetches them again, once a second at most, for a key that is not among those we know
 * @throws {Error} when they cannot be fetched, or are none
 */
export async function clientKeys(
  ctx: Context,
  { id, metadata: { jwks, jwks_uri } }: ClientRecord,
  fresh = false,
): Promise<ClientKeys | undefined> {
  if (jwks_uri !== undefined) {
    return ctx.once(createFetchedKeys).get(jwks_uri, fresh ? 1 : keysMaxAge, () => {
      if (!ctx.fetchBudget.take(jwks_uri, `keys of ${id}`)) throw new Error(`${jwks_uri} is fetched too often`)
    })
  }
  if (jwks === undefined) return undefined
  const known = read.get(jwks) ?? readKeys(jwks)
  read.set(jwks, known)
  return known
}

/** The kind of key that an algorithm needs, where it is not RSA. */
const curves: Readonly<Record<string, string>> = { ES256: 'P-256', EdDSA: 'Ed25519', Ed25519: 'Ed25519' }

/**
 * The keys that may have signed a JWS with this header
 * ({@link https://www.rfc-editor.org/rfc/rfc7517#section-4 RFC 7517 section 4}).
 */
export function candidateKeys(keys: ClientKeys, header: Readonly<Record<string, unknown>>): ClientKeys {
  const { alg, kid } = header
  return keys.filter(({ jwk }) => {
    const fits = Object.hasOwn(curves, alg as string) ? jwk.crv === curves[alg as string] : jwk.kty === 'RSA'
    return fits && (typeof kid !== 'string' || jwk.kid === kid) && (typeof jwk.alg !== 'string' || jwk.alg === alg)
  })
}

/** The key sets that were fetched, of one provider. */
function createFetchedKeys(ctx: Context): UrlCache<ClientKeys> {
  return createUrlCache((url) => fetchKeys(ctx, url), ctx.clock)
}

async function fetchKeys(ctx: Context, url: string): Promise<ClientKeys> {
  const { status, text } = await ctx.outbound(url, { mediaTypes })
  if (status !== 200) throw new Error(`${url} answered ${status}`)
  return readKeys(parseJson(text))
}

/**
 * Keys that are not fit for signatures here are skipped, as
 * {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5} says: a document of the client's may be for
 * other servers as well. A set with too many keys is refused as a whole, because nobody could say which of them count.
 * @throws {Error} when it is no key set, or too large a one
 */
function readKeys(jwks: unknown): ClientKeys {
  const { keys } = (typeof jwks === 'object' && jwks !== null ? jwks : {}) as { readonly keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('the document is no JWK set')
  if (keys.length > mostKeys) throw new Error(`the JWK set has more than ${mostKeys} keys`)
  return keys.filter(isForSignatures).map(createClientKey)
}

function isForSignatures(key: unknown): key is ClientKey['jwk'] {
  if (typeof key !== 'object' || key === null || Array.isArray(key)) return false
  const { use = 'sig', key_ops = ['verify'] } = key as { readonly use?: unknown; readonly key_ops?: unknown }
  if (use !== 'sig' || !Array.isArray(key_ops) || !key_ops.includes('verify')) return false
  return publicKeyProblem(key as ClientKey['jwk']) === undefined
}

function createClientKey(jwk: ClientKey['jwk']): ClientKey {
  const imported = new Map<string, Promise<CryptoKey>>()
  return {
    jwk,
    load(algorithm) {
      const known = imported.get(algorithm) ?? (importJWK({ ...jwk, alg: algorithm } as JWK) as Promise<CryptoKey>)
      imported.set(algorithm, known)
      return known
    },
  }
}
