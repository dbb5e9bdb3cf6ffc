import type { Core } from '../../contracts/core.ts'

type Members = Readonly<Record<string, unknown>>

/** A document with its signature. */
interface Signed {
  /** The id of the key that signed it. */
  readonly keyId: string
  readonly jwt: Promise<string>
}

/** Signs metadata. The same object gets the same JWT until another key signs. */
export type MetadataSigner = (document: Members) => Promise<string>

/**
 * Makes a function that signs documents as JWTs of this server, each once for a key. When the keys cannot be read, the last
 * JWT is served: discovery must not end with a storage that is away.
 * @param typ of the JWT, which distinguishes it from every token
 */
export function createMetadataSigner(core: Core, algorithm: string, typ: string): MetadataSigner {
  const known = new WeakMap<Members, Signed>()

  const sign = async (document: Members, keyId: string): Promise<string> => {
    const { signed_metadata: _, ...members } = document
    const claims = { ...members, iss: core.config.issuer, iat: core.clock.now() }
    try {
      return await core.keys.sign(algorithm, typ, claims)
    } catch (error) {
      // The next request tries again.
      if (known.get(document)?.keyId === keyId) known.delete(document)
      throw error
    }
  }

  return async (document) => {
    const before = known.get(document)
    let keyId: string
    try {
      keyId = await core.keys.signingKeyId(algorithm)
    } catch (cause) {
      if (before === undefined) throw cause
      core.emit({ type: 'request.failed', endpoint: 'signed metadata', cause })
      return before.jwt
    }
    const current = known.get(document)
    if (current?.keyId === keyId) return current.jwt
    const jwt = sign(document, keyId)
    known.set(document, { keyId, jwt })
    return jwt
  }
}
