import type { ClientRecord } from '../storage/client.ts'

/** What request objects are held to: the options after parsing. */
export interface RequestObjectRules {
  readonly signingAlgorithms: readonly string[]
  readonly unsigned: 'refused' | 'registered' | 'allowed'
  readonly outsideParameters: 'ignored' | 'merged'
  readonly required: boolean
  /** Whether `exp` and `nbf` must be there. */
  readonly requireLifetime: boolean
  /** In seconds. `undefined`: an hour with `requireLifetime`, otherwise unbounded. */
  readonly maxLifetimeSeconds?: number | undefined
  /** Whether `typ` must be `oauth-authz-req+jwt`. */
  readonly requireType: boolean
  /** Further rules for single clients. */
  readonly forClient?: (client: ClientRecord) => StricterRules | undefined
  /** The member of client metadata that names the one algorithm of the client. Default `request_object_signing_alg`. */
  readonly registeredIn?: 'request_object_signing_alg' | 'backchannel_authentication_request_signing_alg'
  /** The JWE algorithms by which objects may be encrypted. */
  readonly encryptionAlgorithms: readonly string[]
}

/** Rules that are added to others. */
export type StricterRules = {
  readonly [Name in keyof Omit<RequestObjectRules, 'forClient' | 'registeredIn' | 'encryptionAlgorithms'>]?:
    | RequestObjectRules[Name]
    | undefined
}

/** Returns what a request object of this client is held to: the rules of the server, and those of the client on top. */
export function rulesFor(rules: RequestObjectRules, client: ClientRecord): RequestObjectRules {
  return narrowRules(rules, rules.forClient?.(client))
}

/** Adds rules to others. Of two values the stricter one counts, so nothing that was refused becomes good. */
export function narrowRules(rules: RequestObjectRules, added: StricterRules = {}): RequestObjectRules {
  const { signingAlgorithms, unsigned, outsideParameters, maxLifetimeSeconds } = rules
  const limits = [maxLifetimeSeconds, added.maxLifetimeSeconds].filter((limit) => limit !== undefined)
  return {
    ...rules,
    signingAlgorithms: signingAlgorithms.filter((algorithm) => added.signingAlgorithms?.includes(algorithm) ?? true),
    unsigned: unsignedFrom.find((value) => value === unsigned || value === added.unsigned) ?? 'refused',
    outsideParameters: added.outsideParameters === 'ignored' ? 'ignored' : outsideParameters,
    required: rules.required || added.required === true,
    requireLifetime: rules.requireLifetime || added.requireLifetime === true,
    maxLifetimeSeconds: limits.length === 0 ? undefined : Math.min(...limits),
    requireType: rules.requireType || added.requireType === true,
  }
}

/** The values of `unsigned`, the strictest first. */
const unsignedFrom = ['refused', 'registered', 'allowed'] as const
