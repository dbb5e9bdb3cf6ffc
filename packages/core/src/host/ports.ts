import { type Clock, systemClock } from '../contracts/clock.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import type { Logger } from '../contracts/logger.ts'
import type { Observer } from '../contracts/observer.ts'
import type { Random } from '../contracts/random.ts'
import type { RequestEnd } from '../contracts/request-end.ts'
import { randomBytes } from '../crypto/random.ts'
import { consoleLogger } from './console-logger.ts'
import { type Announcements, createAnnouncements, type Emit } from './events.ts'
import { checkedClock, checkedRandom } from './seams.ts'

/** The time, the randomness and the events of a server, which everything else uses. */
export interface HostPorts {
  readonly clock: Clock
  readonly random: Random
  readonly emit: Emit
  readonly announcements: Announcements
}

/** The options that `hostPorts` reads. They are parsed later, so their types are not certain here. */
interface GivenPorts {
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  readonly logger?: Logger | false | undefined
  readonly onEvent?: ((event: OAuthEvent) => void) | undefined
  readonly onRequestEnd?: ((end: RequestEnd) => void) | undefined
  readonly features?: unknown
  readonly secret?: unknown
  readonly pairwiseSecret?: unknown
  readonly oauthQuerySigningSecret?: unknown
}

export function hostPorts(given: GivenPorts): HostPorts {
  const { logger, onEvent, onRequestEnd } = given
  const clock = given.clock === undefined ? systemClock : checkedClock(given.clock)
  const secrets = [given.secret, given.pairwiseSecret, given.oauthQuerySigningSecret].flat()
  const announcements = createAnnouncements(
    {
      logger: logger === false ? undefined : (logger ?? consoleLogger()),
      onEvent,
      onRequestEnd,
      observers: observersOf(given.features),
    },
    clock,
    secrets.filter((secret): secret is string => typeof secret === 'string' && secret !== ''),
  )
  return Object.freeze<HostPorts>({
    clock,
    random: given.random === undefined ? { bytes: randomBytes } : checkedRandom(given.random),
    emit: announcements.emit,
    announcements,
  })
}

/** The observers of the features. That each entry is a feature is checked where it is started. */
function observersOf(features: unknown): readonly Observer[] {
  if (!Array.isArray(features)) return []
  return features.flatMap((feature) => (feature as { readonly observer?: Observer } | undefined)?.observer ?? [])
}
