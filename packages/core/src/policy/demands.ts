import type { Context } from '../contracts/context.ts'
import type { Demands } from '../contracts/profile.ts'
import { OAuthError } from '../protocol/errors.ts'
import { isReadableOnItsWay } from '../protocol/redirect-uri.ts'
import type { ClientRecord } from '../storage/client.ts'
import { defaultResponseMode } from './response-mode.ts'

/** The tables that say which profiles there are. */
type Tables = Pick<Context, 'registry'>

/** What is looked at of a client: a client that registers has no more yet. */
type Metadata = Pick<ClientRecord, 'metadata'>

const none: Demands = {}

/** Returns what the security profiles of a client demand together. Without a profile it is empty. */
export function demandsOn({ registry: { profiles } }: Tables, { metadata }: Metadata): Demands {
  let demands = none
  for (const profile of profiles) {
    if (profile.appliesTo(metadata)) demands = narrower(demands, profile.demands)
  }
  return demands
}

/** Combines the demands of two profiles: of each, what allows less. */
export function narrower(one: Demands, other: Demands): Demands {
  if (one === none) return other
  const combined: Record<string, unknown> = { ...one }
  for (const [name, demand] of Object.entries(other)) combined[name] = narrowest(combined[name], demand)
  return combined as Demands
}

function narrowest(one: unknown, other: unknown): unknown {
  if (one === undefined) return other
  if (typeof one === 'number') return Math.min(one, other as number)
  return Array.isArray(one) ? one.filter((value) => (other as readonly unknown[]).includes(value)) : true
}

/** Returns those values that the demand allows: all of them without a demand. */
export function allowed(values: readonly string[], demanded: readonly string[] | undefined): readonly string[] {
  return demanded === undefined ? values : values.filter((value) => demanded.includes(value))
}

/** Returns a lifetime in seconds that is no longer than the demand. */
export function atMost(seconds: number, demanded: number | undefined): number {
  return Math.min(seconds, demanded ?? seconds)
}

/**
 * Returns the grant types with requests of their own that the demands do not allow.
 * @param names the grant types that are looked at
 */
export function refusedDirectGrantTypes(
  { registry: { grantTypes } }: Tables,
  names: Iterable<string>,
  { directGrantTypes }: Demands,
): readonly string[] {
  if (directGrantTypes === undefined) return []
  return [...names].filter(
    (name) => grantTypes.get(name)?.directRequests !== undefined && !directGrantTypes.includes(name),
  )
}

/**
 * Checks that the profiles of a client let it ask for a user's access by this grant type.
 * @throws {OAuthError} `unauthorized_client`
 */
export function requireDirectGrantType(ctx: Pick<Context, 'registry'>, client: ClientRecord, name: string): void {
  if (refusedDirectGrantTypes(ctx, [name], demandsOn(ctx, client)).length === 0) return
  throw new OAuthError('unauthorized_client', `the security profile of this client does not allow ${name}`)
}

/**
 * Tells which profile the server side chose for the client (`security_profile`) and this process does not have.
 * Such a process must not serve the client, since it would demand too little.
 */
export function missingProfile({ registry }: Tables, { metadata }: Metadata): string | undefined {
  const { security_profile: name } = metadata
  return name === undefined || registry.profiles.some((profile) => profile.name === name) ? undefined : name
}

/** What a profile may demand of an authorization request that was parsed. */
export interface RequestFacts {
  readonly redirectUri: string
  readonly redirectUriSent: boolean
  readonly codeChallenge: string | undefined
  readonly responseMode: string | undefined
}

/**
 * Checks an authorization request against the profiles of its client.
 * @throws {OAuthError} `invalid_request`
 */
export function checkRequest(ctx: Tables, client: ClientRecord, request: RequestFacts): void {
  const { pkce, redirectUri, responseModes } = demandsOn(ctx, client)
  if (redirectUri === true && !request.redirectUriSent) throw invalid('redirect_uri must be sent')
  if (redirectUri === true && isReadableOnItsWay(request.redirectUri, client.metadata.application_type === 'native')) {
    throw invalid('redirect_uri must use https')
  }
  if (pkce === true && request.codeChallenge === undefined) throw invalid('pkce is required for this client')
  if (responseModes?.includes(request.responseMode ?? defaultResponseMode) === false) {
    throw invalid(`response_mode must be one of ${responseModes.join(', ')}`)
  }
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_request', description)
}
