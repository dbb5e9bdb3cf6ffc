import type { Awaitable } from '@oauth/core'
import { networkOf } from '@oauth/core/pages'
import { type Counts, counts } from './counts.ts'

/** Something of which there may be too much: guessing a password, or making accounts. */
export interface Attempt {
  readonly kind: 'sign_in' | 'sign_up'
  /** The address that was typed, trimmed and in lower case. */
  readonly email: string
  /** The request, for instance for the network address. */
  readonly request: Request
}

/** Limits attempts. `begin` is called before a password is checked, so that attempts at the same time count, too. */
export interface Attempts {
  /** Counts an attempt. Answer `false` when there were too many: the page says so, and the password is not looked at. */
  begin(attempt: Attempt): Awaitable<boolean>
  /** Tells that the password was right. */
  succeeded(attempt: Attempt): Awaitable<void>
}

/** How many attempts `memoryAttempts` allows. */
export interface AttemptLimits {
  /** The attempts for one e-mail address within `seconds`. Default 10. */
  readonly limit?: number | undefined
  /** Default 600. */
  readonly seconds?: number | undefined
  /**
   * How many addresses are remembered, of e-mail and of networks. An address that has used more than half of its attempts is
   * remembered until `seconds` are over, so that nobody opens it again by inventing others: when there are too many of them,
   * attempts for further addresses are refused. Default 100000.
   */
  readonly remembered?: number | undefined
  /**
   * Returns the network address that a request comes from, as `rateLimit.clientAddress` of the provider does. Without it
   * nobody is stopped who tries one password on many accounts, or makes many accounts. Requests without an address count
   * together. Default: network addresses are not counted.
   * @example
   * clientAddress: (request) => request.headers.get('x-real-ip') ?? undefined // set by your proxy, and by nobody else
   */
  readonly clientAddress?: ((request: Request) => string | undefined) | undefined
  /**
   * The sign-ins with a wrong password from one network address within `seconds`, and likewise the accounts that are made from
   * there. Default 100.
   */
  readonly clientLimit?: number | undefined
}

/**
 * Limits the attempts for one e-mail address, and from one network address with `clientAddress`, in the memory of this process.
 * With several processes, each counts for itself: count in shared storage there.
 * @throws {TypeError} when a limit is no whole number above 0
 * @example
 * createPages({ attempts: memoryAttempts({ clientAddress: (request) => request.headers.get('x-real-ip') ?? undefined }), … })
 */
export function memoryAttempts(limits: AttemptLimits = {}): Attempts {
  const { limit = 10, seconds = 600, remembered = 100_000, clientAddress, clientLimit = 100 } = limits
  for (const [name, value] of Object.entries({ limit, seconds, remembered, clientLimit })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new TypeError(`memoryAttempts: ${name} must be a whole number above 0`)
    }
  }
  const byEmail = counts({ limit, seconds, remembered })
  const byNetwork = counts({ limit: clientLimit, seconds, remembered })
  const counted = ({ kind, email, request }: Attempt): readonly (readonly [Counts, string])[] => [
    [byEmail, `${kind} ${email}`],
    ...(clientAddress === undefined
      ? []
      : [[byNetwork, `${kind} ${networkIn(clientAddress(request) ?? '')}`] as const]),
  ]
  return {
    begin(attempt) {
      const all = counted(attempt)
      if (!all.every(([known, name]) => known.allows(name))) return false
      for (const [known, name] of all) known.add(name)
      return true
    },
    succeeded(attempt) {
      const [[known, name], network] = counted(attempt) as [readonly [Counts, string], (readonly [Counts, string])?]
      known.forget(name)
      network?.[0].takeBack(network[1])
    },
  }
}

/** The network of the address that the nearest proxy has added, which is the last of a list. */
function networkIn(address: string): string {
  return networkOf(address.slice(address.lastIndexOf(',') + 1).slice(-100))
}
