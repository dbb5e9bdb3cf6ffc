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
  /** What it demands in place of the Security Profile, and what a server needs for it. */
  readonly instead?: {
    readonly demands: Demands
    /** Returns what the configuration lacks. */
    readonly faults: (ctx: Context) => readonly string[]
  }
}

/** Makes a profile from its data. */
export function createProfile({ feature, name, clients, additions = {}, instead }: ProfileFacts): Profile {
  const demands = Object.freeze(instead?.demands ?? narrower(securityDemands, additions))
  return Object.freeze<Profile>({
    name,
    demands,
    forEveryClient: clients === 'all',
    appliesTo: (metadata) =>
      clients === 'all' || metadata.security_profile === name || isChosen(feature, clients, metadata),
    checkServer(ctx) {
      const faults = instead === undefined ? securityFaults(ctx, demands) : instead.faults(ctx)
      if (faults.length > 0) throw new TypeError(`${feature}: ${faults.join('; ')}`)
    },
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

/** Returns everything that the configuration lacks. */
function securityFaults({ config, registry }: Context, target: Demands): readonly string[] {
  return fapi2ServerRules.flatMap(({ rate }) => {
    const rating = rate({ config, registry, target, inForce: target })
    return rating?.status === 'not met' ? [rating.change] : []
  })
}
