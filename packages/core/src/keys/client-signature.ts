import { compactVerify } from 'jose'
import type { Context } from '../contracts/context.ts'
import type { VerifiedJwt } from '../contracts/key-set.ts'
import { encodeUtf8 } from '../crypto/base64url.ts'
import { verifyCompact } from '../crypto/compact-signature.ts'
import { type ClientKey, type ClientKeys, candidateKeys, clientKeys, type KeyOwner } from './client-keys.ts'
import { decodeUnverifiedJwt, type UnverifiedJwt } from './unverified-jwt.ts'

/**
 * The most keys that the server tries for one signature. A client with more keys of a kind has to name the key by
 * `kid`.
 */
const mostCandidates = 4

/**
 * Verifies a JWT with the registered keys of a client and one of these algorithms. Returns the decoded JWT, or a text
 * that says why it is not valid. The key comes from the registration alone: the server ignores keys in the header
 * (`jwk`, `jku`, `x5u`, `x5c`) ({@link https://www.rfc-editor.org/rfc/rfc8725#section-3.10 RFC 8725 section 3.10}). It
 * does not check the claims.
 */
export async function verifyClientSignature(
  ctx: Context,
  client: KeyOwner,
  jwt: string,
  algorithms: readonly string[],
): Promise<VerifiedJwt | string> {
  const decoded = decodeUnverifiedJwt(jwt)
  const problem = headerProblem(decoded, algorithms)
  if (decoded === undefined || problem !== undefined) return problem ?? 'malformed'
  const party = client.party ?? 'client'
  const attempt: Attempt = { jwt, header: decoded.header, party, tried: new Set() }
  let known: ClientKeys | undefined
  try {
    known = await clientKeys(ctx, client)
    if (known === undefined) return 'the client has registered no keys'
    if (await isSignedByOne(attempt, known)) return decoded
    if (client.metadata.jwks_uri === undefined || hasKey(known, decoded.header.kid)) return unverified(attempt)
  } catch (error) {
    return `the ${party}'s keys cannot be used: ${error instanceof Error ? error.message : 'unknown error'}`
  }
  try {
    // The client may just have published the key.
    const fresh = await clientKeys(ctx, client, true)
    if (fresh !== undefined && fresh !== known && (await isSignedByOne(attempt, fresh))) return decoded
  } catch {
    // Then only the keys that were fetched before can be tried.
  }
  return unverified(attempt)
}

function unverified({ tried, party }: Attempt): string {
  const more = tried.size >= mostCandidates ? `; ${mostCandidates} keys were tried: name the key by its kid` : ''
  return `no key of the ${party} has signed it${more}`
}

/** Tells whether the named key is among the known ones, so that fetching the set again would find no other. */
function hasKey(keys: ClientKeys, kid: unknown): boolean {
  return kid !== undefined && keys.some(({ jwk }) => jwk.kid === kid)
}

/**
 * Verifies a JWT with one of these secrets, in HS256. Returns the decoded JWT, or a text that says why it is not valid.
 */
export async function verifySecretSignature(jwt: string, secrets: readonly string[]): Promise<VerifiedJwt | string> {
  const decoded = decodeUnverifiedJwt(jwt)
  const problem = headerProblem(decoded, ['HS256'])
  if (decoded === undefined || problem !== undefined) return problem ?? 'malformed'
  for (const secret of secrets) {
    try {
      await compactVerify(jwt, encodeUtf8(secret), { algorithms: ['HS256'] })
      return decoded
    } catch {
      // The next secret may verify it.
    }
  }
  return 'no secret of the client has signed it'
}

function headerProblem(decoded: UnverifiedJwt | undefined, algorithms: readonly string[]): string | undefined {
  if (decoded === undefined) return 'malformed'
  const { alg, crit, b64 } = decoded.header
  if (typeof alg !== 'string' || !algorithms.includes(alg)) return 'signed with an algorithm that is not allowed'
  return crit !== undefined || b64 !== undefined ? 'has header parameters that are not understood' : undefined
}

/** A signature that is being verified, and the keys that failed to verify it. */
interface Attempt {
  readonly jwt: string
  readonly header: Readonly<Record<string, unknown>>
  /** Whose keys they are, for texts. */
  readonly party: string
  readonly tried: Set<string>
}

/** Tries up to four keys, since without a `kid` several keys may fit. */
async function isSignedByOne({ jwt, header, tried }: Attempt, keys: ClientKeys): Promise<boolean> {
  const algorithm = header.alg as string
  for (const key of candidateKeys(keys, header)) {
    const material = materialOf(key)
    if (tried.has(material)) continue
    if (tried.size >= mostCandidates) return false
    tried.add(material)
    try {
      if (await verifyCompact(jwt, await key.load(algorithm), algorithm)) return true
    } catch {
      // The next key may verify it.
    }
  }
  return false
}

/** Returns a text that identifies a key by its value, independent of its `kid`. */
function materialOf({ jwk: { kty, n, e, x, y } }: ClientKey): string {
  return JSON.stringify([kty, n, e, x, y])
}
