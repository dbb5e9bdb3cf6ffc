import { type Clock, systemClock } from '../contracts/clock.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import type { Random } from '../contracts/random.ts'
import { randomBytes } from '../crypto/random.ts'
import { createEmit, type Emit } from './events.ts'
import { checkedClock, checkedRandom } from './seams.ts'

/** What everything else is made with: the time, randomness, and a way to tell the host what happened. */
export interface HostPorts {
  readonly clock: Clock
  readonly random: Random
  readonly emit: Emit
}

/** The options that `hostPorts` reads; they are parsed only later, so nothing relies on their types. */
interface GivenPorts {
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  readonly onEvent?: ((event: OAuthEvent) => void) | undefined
  readonly secret?: unknown
  readonly pairwiseSecret?: unknown
  readonly oauthQuerySigningSecret?: unknown
}

export function hostPorts(given: GivenPorts): HostPorts {
  const clock = given.clock === undefined ? systemClock : checkedClock(given.clock)
  const secrets = [given.secret, given.pairwiseSecret, given.oauthQuerySigningSecret].flat()
  return Object.freeze<HostPorts>({
    clock,
    random: given.random === undefined ? { bytes: randomBytes } : checkedRandom(given.random),
    emit: createEmit(
      given.onEvent,
      clock,
      secrets.filter((secret): secret is string => typeof secret === 'string' && secret !== ''),
    ),
  })
}
