import { securityDemands } from '../../conformance/fapi2-demands.ts'
import { fapi2ServerRules } from '../../conformance/fapi2-server-rules.ts'
import type { Context } from '../../contracts/context.ts'
import type { Demands, Profile } from '../../contracts/profile.ts'
import { narrower } from '../../policy/demands.ts'
import type { ClientMetadata } from '../../protocol/client-metadata.ts'
import { narrowMetadata } from './narrow-metadata.ts'

/** Which clients a profile holds for: see `Fapi2SecurityProfileOptions.clients`. */
export type ProfileClients = 'all' | 'chosen' | ((metadata: ClientMetadata) => boolean)

interface ProfileFacts {
  /** The name of the feature, for error texts. */
  readonly feature: string
  readonly name: string
  readonly clients: ProfileClients
  /** What the profile demands beside the Security Profile. */
  readonly additions?: Demands
}

/** Makes a profile from its data. */
export function createProfile({ feature, name, clients, additions = {} }: ProfileFacts): Profile {
  const demands = Object.freeze(narrower(securityDemands, additions))
  return Object.freeze<Profile>({
    name,
    demands,
    forEveryClient: clients === 'all',
    appliesTo: (metadata) =>
      clients === 'all' || metadata.security_profile === name || isChosen(feature, clients, metadata),
    checkServer: (ctx) => checkServer(ctx, feature, demands),
    narrowMetadata: (document, registry) => narrowMetadata(document, registry, demands),
  })
}

/** Asks the function of the host. Another answer than `true` or `false` must not count as "no profile". */
function isChosen(feature: string, clients: ProfileClients, metadata: ClientMetadata): boolean {
  if (typeof clients !== 'function') return false
  const answer: unknown = clients(metadata)
  if (typeof answer === 'boolean') return answer
  throw new TypeError(`${feature}: clients must answer true or false for each client`)
}

/** @throws {TypeError} that names everything that the configuration lacks */
function checkServer({ config, registry }: Context, feature: string, target: Demands): void {
  const faults = fapi2ServerRules.flatMap(({ rate }) => {
    const rating = rate({ config, registry, target, inForce: target })
    return rating?.status === 'not met' ? [rating.change] : []
  })
  if (faults.length > 0) throw new TypeError(`${feature}: ${faults.join('; ')}`)
}
