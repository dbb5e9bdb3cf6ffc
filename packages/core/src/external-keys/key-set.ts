import type { KeySet, KeySetFacts } from '../contracts/key-set.ts'
import { type Bytes, encodeBase64url, encodeUtf8 } from '../crypto/base64url.ts'
import { isLate } from '../host/deadline.ts'
import { createUnsignedJwts, readKid, verifyIssuedJwt } from '../keys/issued-jwt.ts'
import { OAuthError } from '../protocol/errors.ts'
import { checkExternalKeys } from './check.ts'
import { createKeyList, retrySeconds } from './key-list.ts'
import { activeKey, describeKeys, type ListedKey } from './listed-keys.ts'
import type { ExternalKeyRules } from './options.ts'
import { signOutside } from './signature.ts'

/** The keys outside the process, which also say whether a JWT names one of them. */
export interface ExternalKeySet extends KeySet {
  /** Tells whether a JWT names a key of the list, as far as it is known now. */
  names(jwt: string): Promise<boolean>
}

/** Makes the set of the keys outside the process. */
export function createExternalKeySet(rules: ExternalKeyRules, facts: KeySetFacts): ExternalKeySet {
  const { clock, issuer } = facts
  const list = createKeyList(rules, facts)
  const unsigned = createUnsignedJwts()
  /** By the verifier, which stays as long as the key is listed unchanged: then nothing is left of a key that is gone. */
  const provenAt = new WeakMap<ListedKey['verifier'], number>()

  const signBytes = async (key: ListedKey, data: Bytes): Promise<Uint8Array> => {
    provenAt.delete(key.verifier)
    const signature = await signOutside(rules, key, data)
    provenAt.set(key.verifier, clock.now())
    return signature
  }

  const signJwt = async (key: ListedKey, typ: string | undefined, claims: object): Promise<string> => {
    const text = unsigned({ alg: key.algorithm, typ, kid: key.kid }, claims)
    return `${text}.${encodeBase64url(await signBytes(key, encodeUtf8(text)))}`
  }

  /** Returns the key that signs now. The first process of all may meet a key that is new to it. */
  const signingKey = async (algorithm: string): Promise<ListedKey> => {
    const key =
      activeKey(await list.current(), algorithm, clock.now()) ??
      activeKey(await list.refreshed(), algorithm, clock.now())
    if (key !== undefined) return key
    throw new Error(`signingKeys.list has no ${algorithm} key that is active: provider.ready() tells what to do`)
  }

  return {
    async signingKeyId(algorithm) {
      try {
        return (await signingKey(algorithm)).kid
      } catch (cause) {
        throw unavailable(cause)
      }
    },

    async sign(algorithm, typ, claims) {
      try {
        const key = await signingKey(algorithm)
        try {
          return await signJwt(key, typ, claims)
        } catch (cause) {
          const other = isLate(cause) ? undefined : await replacement(key)
          if (other === undefined) throw cause
          return await signJwt(other, typ, claims)
        }
      } catch (cause) {
        throw unavailable(cause)
      }
    },

    async verify(jwt, typ, { ignoreExpiry = false } = {}) {
      const kid = readKid(jwt)
      if (kid === undefined) return undefined
      try {
        // Another process may have met a new key. `list` is called every few seconds at most, so that invented names cost
        // nothing.
        const key = (await list.current()).byId.get(kid) ?? (await list.refreshed()).byId.get(kid)
        return key && (await verifyIssuedJwt(key, jwt, { issuer, typ, now: clock.now(), ignoreExpiry }))
      } catch (cause) {
        throw unavailable(cause)
      }
    },

    async names(jwt) {
      const kid = readKid(jwt)
      const keys = await list.current().catch(() => undefined)
      return kid !== undefined && keys?.byId.has(kid) === true
    },

    async list() {
      try {
        return describeKeys(await list.read(), clock.now())
      } catch (cause) {
        throw unavailable(cause)
      }
    },

    async jwks() {
      try {
        return (await list.current()).jwks
      } catch (cause) {
        throw unavailable(cause)
      }
    },

    async rotate() {
      throw new TypeError('rotateSigningKeys: the signing keys are outside (signingKeys): rotate them there')
    },

    // What is no longer needed leaves the list, and that is for the host.
    purge: async () => 0,

    check: () =>
      checkExternalKeys(
        rules.algorithms.filter((algorithm) => facts.algorithms.includes(algorithm)),
        facts,
        list,
        { sign: signBytes, provenAt: ({ verifier }) => provenAt.get(verifier) },
      ),
  }

  /** Looks for the key that signs in place of one that failed: it may just have been taken out of service. */
  async function replacement({ kid, algorithm }: ListedKey): Promise<ListedKey | undefined> {
    const keys = await list.refreshed().catch(() => undefined)
    const key = keys && activeKey(keys, algorithm, clock.now())
    return key?.kid === kid ? undefined : key
  }
}

/** The error of a request that needs keys outside which cannot be had. Nothing was consumed: the client tries again. */
function unavailable(cause: unknown): OAuthError {
  if (cause instanceof OAuthError) return cause
  return new OAuthError('temporarily_unavailable', 'the server cannot reach its signing keys; please try again', {
    cause,
    headers: { 'retry-after': retrySeconds.toString() },
  })
}
