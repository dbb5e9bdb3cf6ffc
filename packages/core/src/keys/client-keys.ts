import { type CryptoKey, importJWK, type JWK } from 'jose'
import type { Context } from '../contracts/context.ts'
import { canEncrypt } from '../crypto/encryption-key.ts'
import { mostKeys, publicKeyProblem } from '../crypto/public-key.ts'
import { createUrlCache, type UrlCache } from '../http/url-cache.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { keyManagementAlgorithms } from '../protocol/encryption.ts'
import type { PublicKeySet } from '../protocol/feature-client-metadata.ts'
import { parseJson } from '../protocol/json.ts'

/** A public key of a client, for verifying its signatures or for encrypting for it. */
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

/** The keys of a JWK set, by what this server can do with them. A key without `use` may be in both lists. */
interface KeysByUse {
  readonly verifying: ClientKeys
  readonly encrypting: ClientKeys
}

/** For how many seconds fetched keys are used. A key that its client has removed stays valid for this long. */
const keysMaxAge = 300

const mediaTypes = ['application/jwk-set+json', 'application/json']

/** Key sets that were read, so that each key is imported once and not for every signature. */
const read = new WeakMap<PublicKeySet, KeysByUse>()

/**
 * Returns the keys of a client that can verify its signatures, from `jwks` or `jwks_uri` ({@link
 * https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}); `undefined` when it has registered neither.
 * @param fresh fetches the keys again, at most once per second, to find a key that is not among the known ones
 * @throws {Error} when the keys cannot be fetched, or the document is no key set
 */
export async function clientKeys(ctx: Context, owner: KeyOwner, fresh = false): Promise<ClientKeys | undefined> {
  return (await keysOf(ctx, owner, fresh))?.verifying
}

/**
 * Returns the keys of a client that can encrypt for it, from `jwks` or `jwks_uri`; `undefined` when it has registered
 * neither. They are known for as long as those of `clientKeys`, and come with the same request.
 * @param fresh fetches the keys again, at most once per second, to find a key that is not among the known ones
 * @throws {Error} when the keys cannot be fetched, or the document is no key set
 */
export async function clientEncryptionKeys(
  ctx: Context,
  owner: KeyOwner,
  fresh = false,
): Promise<ClientKeys | undefined> {
  return (await keysOf(ctx, owner, fresh))?.encrypting
}

async function keysOf(
  ctx: Context,
  { id, configured, metadata: { jwks, jwks_uri } }: KeyOwner,
  fresh: boolean,
): Promise<KeysByUse | undefined> {
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
function createFetchedKeys(ctx: Context): UrlCache<KeysByUse> {
  return createUrlCache((url) => fetchKeys(ctx, url), ctx.clock)
}

async function fetchKeys(ctx: Context, url: string): Promise<KeysByUse> {
  const { status, text } = await ctx.outbound(url, { mediaTypes })
  if (status !== 200) throw new Error(`${url} answered ${status}`)
  return readKeys(parseJson(text))
}

/**
 * Reads a JWK set. It skips keys that this server can neither verify signatures nor encrypt with, as
 * {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5} says, because the document of a client
 * may be for other servers as well. It refuses a set with too many keys as a whole, because it cannot tell which of
 * them matter.
 * @throws {Error} when the document is no key set, or has too many keys
 */
function readKeys(jwks: unknown): KeysByUse {
  const { keys } = (typeof jwks === 'object' && jwks !== null ? jwks : {}) as { readonly keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('the document is no JWK set')
  if (keys.length > mostKeys) throw new Error(`the JWK set has more than ${mostKeys} keys`)
  const readable = keys.filter(isReadable)
  return {
    verifying: readable.filter(isForSignatures).map((key) => createClientKey(key, keptMembers)),
    encrypting: readable.filter(isForEncryption).map((key) => createClientKey(key, [...keptMembers, 'use'])),
  }
}

function isReadable(key: unknown): key is ClientKey['jwk'] {
  if (typeof key !== 'object' || key === null || Array.isArray(key)) return false
  const { alg } = key as ClientKey['jwk']
  return typeof alg !== 'string' || alg.length <= 32
}

function isForSignatures(key: ClientKey['jwk']): boolean {
  const { use = 'sig', key_ops = ['verify'] } = key
  if (use !== 'sig' || !Array.isArray(key_ops) || !key_ops.includes('verify')) return false
  return publicKeyProblem(key) === undefined
}

function isForEncryption(key: ClientKey['jwk']): boolean {
  const { kid, use } = key
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > 255)) return false
  if (use !== undefined && use !== 'enc') return false
  return keyManagementAlgorithms.some((algorithm) => canEncrypt(key, algorithm))
}

/** The members of a key that are kept. Whatever else a client publishes with it, such as certificates, would cost memory. */
const keptMembers: readonly string[] = ['kty', 'crv', 'n', 'e', 'x', 'y', 'kid', 'alg']

function createClientKey(published: ClientKey['jwk'], kept: readonly string[]): ClientKey {
  const jwk = Object.fromEntries(kept.flatMap((name) => (name in published ? [[name, published[name]]] : [])))
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
