import type { Context } from '../contracts/context.ts'
import { hmacBase64 } from '../crypto/hmac.ts'
import { timingSafeEqual } from '../crypto/timing-safe-equal.ts'

/** How long a nonce is the newest one, in seconds. */
const stepSeconds = 60
/** How many steps a nonce is accepted after its own. */
const olderSteps = 2

/**
 * The nonces of a provider, for proofs of keys. They are not stored: every process with the same `secret` makes and accepts
 * the same ones. A challenge for client attestations is one as well, so that one proof can serve for both.
 */
export interface Nonces {
  /** Returns the nonce that clients should use from now on. */
  current(): Promise<string>
  /**
   * Returns the time from which the nonce is refused, in seconds since the epoch.
   * @returns `undefined` when the nonce is too old, or not from this server
   */
  refusedFrom(nonce: string): Promise<number | undefined>
}

/**
 * Makes nonces ({@link https://www.rfc-editor.org/rfc/rfc9449#section-8 RFC 9449 section 8}): the number of the time step, and
 * a MAC of it under the provider's `secret`, which nobody else can compute in advance. A nonce is accepted for two to three
 * minutes.
 */
export function createNonces({ config, clock }: Context): Nonces {
  const stepNow = (): number => Math.floor(clock.now() / stepSeconds)
  const nonceOf = async (secret: string, step: number): Promise<string> => {
    const mac = await hmacBase64(secret, `dpop-nonce\0${config.issuer}\0${step}`)
    return `${step.toString(36)}.${mac.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')}`
  }
  return {
    current: () => nonceOf(config.secrets[0], stepNow()),
    async refusedFrom(nonce) {
      const step = Number.parseInt(/^([0-9a-z]{1,8})\./.exec(nonce)?.[1] ?? '', 36)
      const age = stepNow() - step
      // The clock of the process that made the nonce may be a little ahead.
      if (!(age >= -1 && age <= olderSteps)) return undefined
      for (const secret of config.secrets) {
        if (timingSafeEqual(await nonceOf(secret, step), nonce)) return (step + olderSteps + 1) * stepSeconds
      }
      return undefined
    },
  }
}
