import type { KeySet } from '../contracts/key-set.ts'
import { encodeBase64url } from '../crypto/base64url.ts'
import { isThenable } from '../storage/awaitable.ts'
import { checkKeys } from './check.ts'
import { createClockWatch } from './clock-watch.ts'
import { importKeys } from './import-keys.ts'
import { createUnsignedJwts, readKid, verifyIssuedJwt } from './issued-jwt.ts'
import { addSigningKey, type KeyRing, type KeyRingOptions, readKeyRing, signingKey } from './key-ring.ts'
import { type KeySetOptions, purgeKeys, rotateKeys } from './key-rotation.ts'
import { listKeys } from './list-keys.ts'
import type { OpenKey } from './load.ts'
import { secretProblem } from './problems.ts'
import { ringReads } from './ring-reads.ts'

/**
 * Makes the set of signing keys, which all processes on one storage share. The keys are made at first use, read again
 * every few seconds, and can be rotated at runtime.
 */
export function createKeySet(options: KeySetOptions): KeySet {
  let ring: KeyRing | undefined
  const unsigned = createUnsignedJwts()
  const watchClock = createClockWatch(options)

  const reads = ringReads<KeyRing>({
    look: () => readKeyRing(options, ring),
    read: () => ensureKeys(options, ring),
    known: () => ring,
    keep(fresh) {
      watchClock(fresh, ring)
      ring = fresh
    },
  })
  const { look, read } = reads

  const current = (): KeyRing | Promise<KeyRing> => {
    if (ring === undefined) return read()
    const age = options.clock.now() - ring.readAt
    // With a negative age the clock was set back, so the true age is unknown.
    if (age >= 0 && age < options.cacheSeconds) return ring
    // After a long time without requests the keys may have changed completely.
    if (age >= 2 * options.cacheSeconds) return read()
    // Otherwise the known keys are used while the storage is read again, so that a slow database delays no request.
    read().catch((cause) => options.emit({ type: 'request.failed', endpoint: 'signing keys', cause }))
    return ring
  }

  const signingKeyFor = async (algorithm: string): Promise<OpenKey> => {
    const key =
      signingKey(await current(), algorithm, options.clock.now()) ??
      signingKey(await read(), algorithm, options.clock.now())
    if (key !== undefined) return key
    throw new Error(`there is no usable ${algorithm} signing key: provider.ready() tells why`)
  }

  return {
    async signingKeyId(algorithm) {
      return (await signingKeyFor(algorithm)).id
    },

    async sign(algorithm, typ, claims) {
      const known = current()
      const ready = known instanceof Promise ? undefined : signingKey(known, algorithm, options.clock.now())
      const key = ready ?? (await signingKeyFor(algorithm))
      const text = unsigned({ alg: algorithm, typ, kid: key.id }, claims)
      const signature = key.signer(text)
      return `${text}.${encodeBase64url(isThenable(signature) ? await signature : signature)}`
    },

    async verify(jwt, typ, verifyOptions = {}) {
      const kid = readKid(jwt)
      if (kid === undefined) return undefined
      const now = options.clock.now()
      let keys = await current()
      // Another process may just have made the key. The storage is read at most once per second, so that invented names
      // cost nothing.
      if (!keys.byId.has(kid) && now !== keys.readAt) keys = await read()
      const key = keys.byId.get(kid)
      if (key === undefined) return undefined
      const { issuer } = options
      return verifyIssuedJwt(key, jwt, { issuer, typ, now, ignoreExpiry: verifyOptions.ignoreExpiry === true })
    },

    list: async () => listKeys(await look(), options.clock.now(), options.longestLifetime),

    jwks() {
      const keys = current()
      return keys instanceof Promise ? keys.then(({ jwks }) => jwks) : keys.jwks
    },

    rotate: (rotation = {}) => rotateKeys(options, reads, rotation),

    import: (keys) => importKeys(options, reads, keys),

    purge: () => purgeKeys(options, reads),

    check: () => checkKeys(options, look, read),
  }
}

/** Reads the keys and makes missing ones: the first keys, and a new key when this process can decrypt none. */
async function ensureKeys(options: KeyRingOptions, before: KeyRing | undefined): Promise<KeyRing> {
  let ring = await readKeyRing(options, before)
  const now = options.clock.now()
  const missing = options.algorithms.filter((algorithm) => signingKey(ring, algorithm, now) === undefined)
  if (missing.length === 0) return ring
  for (const algorithm of missing) {
    if (!ring.byAlgorithm.has(algorithm)) continue
    options.emit({ type: 'signing_key.secret_changed', algorithm, problem: secretProblem([algorithm]) })
  }
  await Promise.all(missing.map((algorithm) => addSigningKey(options, ring, algorithm, now)))
  ring = await readKeyRing(options, ring)
  return ring
}
