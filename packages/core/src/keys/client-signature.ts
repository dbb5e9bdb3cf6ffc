import { compactVerify, errors } from 'jose'
import type { Context } from '../contracts/context.ts'
import type { VerifiedJwt } from '../contracts/key-set.ts'
import { encodeUtf8 } from '../crypto/base64url.ts'
import { decodeUnverifiedJwt, type UnverifiedJwt } from '../crypto/unverified-jwt.ts'
import type { ClientRecord } from '../storage/client.ts'
import { type ClientKeys, clientKeys } from './client-keys.ts'

/**
 * A JWT that one of the client's registered keys signed with one of these algorithms, or a text that says why it is none.
 * The key comes from registration alone: what the header brings along (`jwk`, `jku`, `x5u`, `x5c`) is not looked at
 * ({@link https://www.rfc-editor.org/rfc/rfc8725#section-3.10 RFC 8725 section 3.10}). Claims are not judged.
 */
export async function verifyClientSignature(
  ctx: Context,
  { metadata }: ClientRecord,
  jwt: string,
  algorithms: readonly string[],
): Promise<VerifiedJwt | string> {
  const decoded = decodeUnverifiedJwt(jwt)
  const problem = headerProblem(decoded, algorithms)
  if (decoded === undefined || problem !== undefined) return problem ?? 'malformed'
  try {
    const known = await clientKeys(ctx, metadata)
    if (known === undefined) return 'the client has registered no keys'
    if (await isSignedByOne(jwt, known, algorithms)) return decoded
    if (metadata.jwks_uri === undefined || hasKey(known, decoded.header.kid)) return unverified
  } catch (error) {
    return `the client's keys cannot be used: ${error instanceof Error ? error.message : 'unknown error'}`
  }
  try {
    // A key that the client has just published.
    const fresh = await clientKeys(ctx, metadata, true)
    return fresh !== undefined && (await isSignedByOne(jwt, fresh, algorithms)) ? decoded : unverified
  } catch {
    return unverified
  }
}

const unverified = 'no key of the client has signed it'

/** Where the name of a key is known, its set has nothing new to tell. */
function hasKey(keys: ClientKeys, kid: unknown): boolean {
  return kid !== undefined && keys.jwks().keys.some((key) => key.kid === kid)
}

/** The same for a JWT under one of these secrets, in HS256. */
export async function verifySecretSignature(jwt: string, secrets: readonly string[]): Promise<VerifiedJwt | string> {
  const decoded = decodeUnverifiedJwt(jwt)
  const problem = headerProblem(decoded, ['HS256'])
  if (decoded === undefined || problem !== undefined) return problem ?? 'malformed'
  for (const secret of secrets) {
    try {
      await compactVerify(jwt, encodeUtf8(secret), { algorithms: ['HS256'] })
      return decoded
    } catch {
      // Perhaps the next one.
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

/** Without a `kid` several keys may fit: one of them is enough. */
async function isSignedByOne(jwt: string, keys: ClientKeys, algorithms: readonly string[]): Promise<boolean> {
  const options = { algorithms: [...algorithms] }
  try {
    await compactVerify(jwt, keys, options)
    return true
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return false
    for await (const key of error) {
      try {
        await compactVerify(jwt, key, options)
        return true
      } catch {
        // Perhaps the next one.
      }
    }
    return false
  }
}
