import type { Core } from '../../contracts/core.ts'

type Members = Readonly<Record<string, unknown>>

/** A document with its signature. */
interface Signed {
  /** The id of the key that signs it. */
  readonly keyId: string
  /** What this key signed; the last JWT, where it could not. */
  readonly jwt: Promise<string>
  /** The last JWT, by this key or an earlier one. */
  readonly last: string | undefined
  /** After a failure: when to try again, in seconds since the epoch. */
  readonly retryAt?: number
}

/** Seconds after a failure until the next attempt: everybody can ask for the documents, and a signature may cost money. */
const retrySeconds = 5

/** Signs metadata. The same object gets the same JWT until another key signs. */
export type MetadataSigner = (document: Members) => Promise<string>

/**
 * Makes a function that signs documents as JWTs of this server, each once for a key. When the keys cannot be read or do not
 * sign, the last JWT is served: discovery must not end with a storage or a signer that is away.
 * @param algorithm tells the algorithm, once all features have started
 * @param typ of the JWT, which distinguishes it from every token
 */
export function createMetadataSigner(core: Core, algorithm: () => string, typ: string): MetadataSigner {
  const { clock, config, emit, keys } = core
  const known = new WeakMap<Members, Signed>()

  const lastOf = (signed: Signed | undefined, cause: unknown): string => {
    if (signed?.last === undefined) throw cause
    emit({ type: 'request.failed', endpoint: 'signed metadata', cause })
    return signed.last
  }

  const sign = async (document: Members, keyId: string): Promise<string> => {
    const { signed_metadata: _, ...members } = document
    const claims = { ...members, iss: config.issuer, iat: clock.now() }
    const keep = (changes: Partial<Signed>): Signed | undefined => {
      const signed = known.get(document)
      // By now another key may sign.
      if (signed?.keyId === keyId) known.set(document, { ...signed, ...changes })
      return signed
    }
    try {
      const last = await keys.sign(algorithm(), typ, claims)
      keep({ last })
      return last
    } catch (cause) {
      return lastOf(keep({ retryAt: clock.now() + retrySeconds }), cause)
    }
  }

  const isDue = ({ retryAt }: Signed): boolean => {
    if (retryAt === undefined) return false
    const pause = retryAt - clock.now()
    // A longer pause tells that the clock was set back.
    return pause <= 0 || pause > retrySeconds
  }

  return async (document) => {
    let keyId: string
    try {
      keyId = await keys.signingKeyId(algorithm())
    } catch (cause) {
      return lastOf(known.get(document), cause)
    }
    const signed = known.get(document)
    if (signed?.keyId === keyId && !isDue(signed)) return signed.jwt
    const jwt = sign(document, keyId)
    known.set(document, { keyId, jwt, last: signed?.last })
    return jwt
  }
}
