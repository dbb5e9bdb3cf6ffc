import { type Clock, systemClock } from '../contracts/clock.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import type { Random } from '../contracts/random.ts'
import { randomBytes } from '../crypto/random.ts'
import { createEmit, type Emit } from './events.ts'
import { checkedClock, checkedRandom } from './seams.ts'

/** The time, the randomness and the events of a server, which everything else uses. */
export interface HostPorts {
  readonly clock: Clock
  readonly random: Random
  readonly emit: Emit
}

/** The options that `hostPorts` reads. They are parsed later, so their types are not certain here. */
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
