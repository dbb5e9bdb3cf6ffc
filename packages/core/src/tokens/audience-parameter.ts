import type { Context } from '../contracts/context.ts'
import type { Parameters } from '../http/parameters.ts'
import { judgeAudience } from '../policy/audience-parameter.ts'
import { safeDescription } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'

/** A request whose client is known. */
interface AudienceRequest<Given extends Parameters> {
  readonly request: 'authorization' | 'token'
  readonly client: ClientRecord
  readonly parameters: Given
}

/**
 * Returns the parameters of a request with `audience` read as `resource`, where the option `audienceParameter` says so
 * and the server knows the resource. Otherwise they stay as they are, and an event says that `audience` was ignored. A
 * feature that brings an authorization parameter of that name reads it itself.
 */
export function readAudience<Given extends Parameters>(
  ctx: Context,
  { request, client, parameters }: AudienceRequest<Given>,
): Given {
  const audiences = parameters.all('audience')
  const ofFeature = request === 'authorization' && ctx.registry.authorizationParameters.has('audience')
  if (audiences.length === 0 || ofFeature) return parameters
  const asked = parameters.all('resource')
  const { resources, ignored } = judgeAudience(audiences, asked, ctx.config)
  if (ignored !== undefined && ctx.once(createNotices).isDue(`${request} ${client.id}`)) {
    const audience = safeDescription(ignored.audience)
    ctx.emit({ type: 'request.audience_ignored', request, clientId: client.id, audience, problem: ignored.problem })
  }
  return resources === asked ? parameters : withResources(parameters, resources)
}

function withResources<Given extends Parameters>(parameters: Given, resources: readonly string[]): Given {
  return {
    ...parameters,
    get: (name) => (name === 'resource' ? resources[0] : parameters.get(name)),
    has: (name) => name === 'resource' || parameters.has(name),
    all: (name) => (name === 'resource' ? resources : parameters.all(name)),
  }
}

/** How long nothing more is told of one client, in seconds. */
const silence = 3600
/** The most clients that are told of in that time, so that clients which register themselves cannot flood the log. */
const mostNotices = 1000

interface Notices {
  /** Whether nothing was told under this name in the last hour. It counts the call when it answers `true`. */
  isDue(name: string): boolean
}

function createNotices({ clock }: Context): Notices {
  const told = new Map<string, number>()
  return {
    isDue(name) {
      const now = clock.now()
      // An entry from the future is older than a clock that was set back. The oldest entry is the first one.
      for (const [known, since] of told) {
        if (since <= now && now < since + silence) break
        told.delete(known)
      }
      if (told.has(name) || told.size >= mostNotices) return false
      told.set(name, now)
      return true
    },
  }
}
