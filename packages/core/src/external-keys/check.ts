import type { KeyCheck, KeySetFacts } from '../contracts/key-set.ts'
import { encodeUtf8 } from '../crypto/base64url.ts'
import { withinSeconds } from '../host/deadline.ts'
import type { KeyList } from './key-list.ts'
import { activeKey, type ListedKey } from './listed-keys.ts'

/** Seconds for all calls of one check. A caller waits for five. */
const patience = 4

const seeEvent = 'see the cause of the event request.failed with endpoint signing keys'

/** Text that no JWT has, so that the signature of a check is good for nothing. */
const trial = 'a test of the signing key, which is no token'

/** How the check of keys outside signs, and what it knows of earlier signatures. */
export interface TrialSigner {
  sign(key: ListedKey, data: ReturnType<typeof encodeUtf8>): Promise<unknown>
  /** Returns when the key last made a good signature, in seconds since the epoch. */
  provenAt(key: ListedKey): number | undefined
}

/**
 * Checks that there is a key for each algorithm, and that each key signs. A key that made a good signature within
 * `cacheSeconds` is not asked again, since a signature may cost money.
 */
export async function checkExternalKeys(
  algorithms: readonly string[],
  facts: KeySetFacts,
  list: KeyList,
  signer: TrialSigner,
): Promise<KeyCheck> {
  const { clock, cacheSeconds, emit } = facts
  let problem = `signingKeys.list failed: ${seeEvent}`
  try {
    return await withinSeconds('the check of signingKeys', patience, async () => {
      const keys = await list.current()
      for (const algorithm of algorithms) {
        const key = activeKey(keys, algorithm, clock.now())
        if (key === undefined) return { ok: false, problem: noKeyProblem(algorithm) }
        problem = `signingKeys.sign failed with the ${algorithm} key ${key.kid}: ${seeEvent}`
        if (clock.now() - (signer.provenAt(key) ?? Number.NEGATIVE_INFINITY) < cacheSeconds) continue
        await signer.sign(key, encodeUtf8(trial))
      }
      return { ok: true }
    })
  } catch (cause) {
    emit({ type: 'request.failed', endpoint: 'signing keys', cause })
    return { ok: false, problem }
  }
}

function noKeyProblem(algorithm: string): string {
  return `signingKeys.list has no ${algorithm} key that is active: add one, or set its activatesAt to the past`
}
