import type { Clock } from './clock.ts'
import { encodeBase64url } from './digest.ts'

/** How long a nonce is the newest one, in seconds. */
const stepSeconds = 60
/** How many steps a nonce is accepted after its own. */
const olderSteps = 2

/** The nonces of a resource. They are not stored: every process with the same secret makes and accepts the same ones. */
export interface Nonces {
  current(): Promise<string>
  /** Returns the time from which the nonce is refused; `undefined` when it is too old, or not from this resource. */
  refusedFrom(nonce: string): Promise<number | undefined>
}

/**
 * Makes nonces ({@link https://www.rfc-editor.org/rfc/rfc9449#section-9 RFC 9449 section 9}): the number of the time step, and
 * a MAC of it. The first secret makes them, all of them are accepted. A nonce is accepted for two to three minutes.
 */
export function createNonces(secrets: readonly string[], clock: Clock): Nonces {
  const keys = secrets.map(macKey)
  const stepNow = (): number => Math.floor(clock.now() / stepSeconds)
  return {
    current: () => makeNonce(keys[0] as () => Promise<CryptoKey>, stepNow()),
    async refusedFrom(nonce) {
      const step = Number.parseInt(/^([0-9a-z]{1,8})\./.exec(nonce)?.[1] ?? '', 36)
      const age = stepNow() - step
      // The clock of the process that made the nonce may be a little ahead.
      if (!(age >= -1 && age <= olderSteps)) return undefined
      for (const key of keys) {
        if (isSame(await makeNonce(key, step), nonce)) return (step + olderSteps + 1) * stepSeconds
      }
      return undefined
    },
  }
}

function macKey(secret: string): () => Promise<CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  let key: Promise<CryptoKey> | undefined
  return () => {
    key ??= crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['sign'])
    return key
  }
}

async function makeNonce(key: () => Promise<CryptoKey>, step: number): Promise<string> {
  const text = new TextEncoder().encode(`dpop-nonce of a resource\0${step}`)
  return `${step.toString(36)}.${encodeBase64url(await crypto.subtle.sign('HMAC', await key(), text))}`
}

/** Compares two texts in a time that depends on their length alone. */
function isSame(left: string, right: string): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let index = 0; index < left.length; index++) difference |= left.charCodeAt(index) ^ right.charCodeAt(index)
  return difference === 0
}
