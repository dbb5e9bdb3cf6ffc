import { type CryptoKey, importJWK, type JWK } from 'jose'
import type { Context } from '../contracts/context.ts'
import { mostKeys, publicKeyProblem } from '../crypto/public-key.ts'
import { createUrlCache, type UrlCache } from '../http/url-cache.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import type { PublicKeySet } from '../protocol/feature-client-metadata.ts'
import { parseJson } from '../protocol/json.ts'

/** A public key of a client, for verifying signatures. */
export interface ClientKey {
  readonly jwk: Readonly<Record<string, unknown>>
  /** Imports the key for an algorithm, once. */
  load(algorithm: string): Promise<CryptoKey>
}

/** Whose keys they are: a client, or another party that publishes keys in the same way. */
export interface KeyOwner {
  readonly id: string
  readonly metadata: Pick<ClientMetadata, 'jwks' | 'jwks_uri'>
  /** What it is called in texts for the host. Default: `client`. */
  readonly party?: string
  /**
   * Whether the URL of the keys comes from the configuration of the server. Then requests to it do not count with those that
   * clients cause: clients that name the same host could use up its budget.
   */
  readonly configured?: boolean
}

/** The keys of a client that can verify signatures. */
export type ClientKeys = readonly ClientKey[]

/** For how many seconds fetched keys are used. A key that its client has removed stays valid for this long. */
const keysMaxAge = 300

const mediaTypes = ['application/jwk-set+json', 'application/json']

/** Key sets that were read, so that each key is imported once and not for every signature. */
const read = new WeakMap<PublicKeySet, ClientKeys>()

/**
 * Returns the keys of a client, from `jwks` or `jwks_uri` ({@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC
 * 7591 section 2}); `undefined` when it has none.
 * @param fresh fetches the keys again, at most once per second, to find a key that is not among the known ones
 * @throws {Error} when the keys cannot be fetched, or the document is no key set
 */
export async function clientKeys(
  ctx: Context,
  { id, configured, metadata: { jwks, jwks_uri } }: KeyOwner,
  fresh = false,
): Promise<ClientKeys | undefined> {
  if (jwks_uri !== undefined) {
    return ctx.once(createFetchedKeys).get(jwks_uri, fresh ? 1 : keysMaxAge, () => {
      if (configured === true) return
      if (!ctx.fetchBudget.take(jwks_uri, `keys of ${id}`)) throw new Error(`${jwks_uri} is fetched too often`)
    })
  }
  if (jwks === undefined) return undefined
  const known = read.get(jwks) ?? readKeys(jwks)
  read.set(jwks, known)
  return known
}

/** The curve of each algorithm; the other algorithms need an RSA key. */
const curves: Readonly<Record<string, string>> = { ES256: 'P-256', EdDSA: 'Ed25519', Ed25519: 'Ed25519' }

/**
 * Returns the keys that may have signed a JWS with this header ({@link https://www.rfc-editor.org/rfc/rfc7517#section-4
 * RFC 7517 section 4}).
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
 * Reads a JWK set. It skips keys that this server cannot verify signatures with, as
 * {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5} says, because the document of a client
 * may be for other servers as well. It refuses a set with too many keys as a whole, because it cannot tell which of
 * them matter.
 * @throws {Error} when the document is no key set, or has too many keys
 */
function readKeys(jwks: unknown): ClientKeys {
  const { keys } = (typeof jwks === 'object' && jwks !== null ? jwks : {}) as { readonly keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('the document is no JWK set')
  if (keys.length > mostKeys) throw new Error(`the JWK set has more than ${mostKeys} keys`)
  return keys.filter(isForSignatures).map(createClientKey)
}

function isForSignatures(key: unknown): key is ClientKey['jwk'] {
  if (typeof key !== 'object' || key === null || Array.isArray(key)) return false
  const { use = 'sig', key_ops = ['verify'], alg } = key as Readonly<Record<string, unknown>>
  if (typeof alg === 'string' && alg.length > 32) return false
  if (use !== 'sig' || !Array.isArray(key_ops) || !key_ops.includes('verify')) return false
  return publicKeyProblem(key as ClientKey['jwk']) === undefined
}

/** The members of a key that are kept. Whatever else a client publishes with it, such as certificates, would cost memory. */
const keptMembers = ['kty', 'crv', 'n', 'e', 'x', 'y', 'kid', 'alg']

function createClientKey(published: ClientKey['jwk']): ClientKey {
  const jwk = Object.fromEntries(keptMembers.flatMap((name) => (name in published ? [[name, published[name]]] : [])))
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
