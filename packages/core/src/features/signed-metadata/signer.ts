import type { Core } from '../../contracts/core.ts'
import { type SharedWork, sharedWork } from '../../http/shared-work.ts'

type Members = Readonly<Record<string, unknown>>

/** What is known of the signature of a document. */
interface Signed {
  /** The id of the key that signs it now. */
  keyId: string
  /** Signs it, by the id of the key. */
  readonly signing: SharedWork<string>
  /** The last JWT, by this key or an earlier one. */
  last?: { readonly keyId: string; readonly jwt: string }
  /** Why this key could not sign, and when to try again, in seconds since the epoch. */
  failure?: { readonly keyId: string; readonly cause: unknown; readonly retryAt: number }
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
    return signed.last.jwt
  }

  const sign = async (document: Members, signed: Signed, isCurrent: () => boolean): Promise<string> => {
    const { keyId } = signed
    const { signed_metadata: _, ...members } = document
    const claims = { ...members, iss: config.issuer, iat: clock.now() }
    // By now another key may sign.
    const counts = (): boolean => isCurrent() && signed.keyId === keyId
    try {
      const jwt = await keys.sign(algorithm(), typ, claims)
      if (counts()) signed.last = { keyId, jwt }
      return jwt
    } catch (cause) {
      if (counts()) signed.failure = { keyId, cause, retryAt: clock.now() + retrySeconds }
      return lastOf(signed, cause)
    }
  }

  /** Whether the key has failed so recently that it is not asked again. */
  const rests = ({ keyId, failure }: Signed): boolean => {
    if (failure?.keyId !== keyId) return false
    const pause = failure.retryAt - clock.now()
    // A longer pause tells that the clock was set back.
    return pause > 0 && pause <= retrySeconds
  }

  return async (document) => {
    let keyId: string
    try {
      keyId = await keys.signingKeyId(algorithm())
    } catch (cause) {
      return lastOf(known.get(document), cause)
    }
    const signed = known.get(document) ?? { keyId, signing: sharedWork<string>() }
    known.set(document, signed)
    signed.keyId = keyId
    if (signed.last?.keyId === keyId) return signed.last.jwt
    if (!rests(signed)) return signed.signing.run(keyId, (isCurrent) => sign(document, signed, isCurrent))
    if (signed.last === undefined) throw signed.failure?.cause
    return signed.last.jwt
  }
}
