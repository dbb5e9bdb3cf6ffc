import type { DefaultResource } from '../contracts/config.ts'
import { OAuthError, safeDescription } from '../protocol/errors.ts'
import { findResource } from '../protocol/resource.ts'
import { userScopes } from './scope.ts'

/** The part of the configuration that decides which resources tokens are for. */
export interface ResourcePolicy {
  readonly bindResources: boolean | 'strict'
  readonly validAudiences: readonly string[]
  readonly defaultResource?: DefaultResource | undefined
}

/** What decides about the tokens of a grant to which no resource was bound. */
export interface UnboundFacts {
  /** The scope of the token. */
  readonly scope?: readonly string[]
  /** The resources of the grant's first token. */
  readonly kept?: readonly string[]
}

/**
 * Returns the resources that a request asks for, in the spelling of the configuration. Capital letters in scheme and
 * host, and one trailing slash, make no difference.
 * @throws {OAuthError} `invalid_target` ({@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 section 2})
 */
export function requestedResources(
  asked: readonly string[],
  validAudiences: readonly string[],
  source = 'the option validAudiences',
): readonly string[] {
  if (asked.length === 0) return asked
  const resources = new Set<string>()
  for (const resource of asked) {
    const audience = findResource(validAudiences, resource)
    if (audience === undefined) {
      const cause = new Error(`${source} does not have the resource ${safeDescription(resource)}`)
      throw new OAuthError('invalid_target', 'the resource is unknown or not allowed', { cause })
    }
    resources.add(audience)
  }
  return [...resources]
}

/**
 * Returns the resources that an authorization request binds to its grant: those that it names, or else the default
 * resource. Without `bindResources` it binds none.
 * @throws {OAuthError} `invalid_target`
 */
export function boundResources(
  asked: readonly string[],
  scope: readonly string[],
  config: ResourcePolicy,
): readonly string[] {
  if (config.bindResources === false) return []
  return asked.length === 0 ? defaultResources(scope, config) : requestedResources(asked, config.validAudiences)
}

/**
 * Returns the resources of a token that belongs to a grant. With `bindResources` a grant may have resources: then the
 * token request may ask for some of them, and gets all of them when it names none. Of a grant without resources, each
 * token request may name any resource (with `strict`, none); when it names none, the token is for those of the first
 * token, or else for the default resource.
 * @throws {OAuthError} `invalid_target`
 */
export function grantedResources(
  asked: readonly string[],
  granted: readonly string[],
  config: ResourcePolicy,
  { scope = ['openid'], kept = [] }: UnboundFacts = {},
): readonly string[] {
  const binds = config.bindResources !== false
  if (binds && (granted.length > 0 || config.bindResources === 'strict')) {
    const valid = stillValid(granted, config)
    if (asked.length === 0) return valid
    refuseUnnamed(asked, valid, config)
    return requestedResources(asked, valid, 'the grant')
  }
  if (asked.length > 0) return requestedResources(asked, config.validAudiences)
  return binds && kept.length > 0 ? stillValid(kept, config) : defaultResources(scope, config)
}

/**
 * Returns the resources of a token without a user: those that the request names, or else the default resource, if the
 * client may have it.
 * @throws {OAuthError} `invalid_target`
 */
export function machineResources(
  asked: readonly string[],
  scope: readonly string[],
  allowed: readonly string[],
  config: ResourcePolicy,
): readonly string[] {
  if (asked.length > 0) return requestedResources(asked, allowed)
  return defaultResources(scope, config).filter((resource) => allowed.includes(resource))
}

/**
 * A request that asks for no more than who the user is gets no token for an API that was not named: the API would take
 * it for the access of its user.
 */
function defaultResources(scope: readonly string[], { defaultResource }: ResourcePolicy): readonly string[] {
  if (defaultResource === undefined) return []
  const signsIn = scope.includes('openid') && scope.every((name) => userScopes.has(name))
  return signsIn && !defaultResource.whenSigningIn ? [] : [defaultResource.resource]
}

/**
 * Tells a client that it named a resource at the token endpoint alone. Which resources the server has is no secret: the
 * authorization endpoint tells everybody.
 * @throws {OAuthError} `invalid_target`
 */
function refuseUnnamed(asked: readonly string[], granted: readonly string[], { validAudiences }: ResourcePolicy): void {
  const unnamed = asked.find(
    (resource) => findResource(granted, resource) === undefined && findResource(validAudiences, resource) !== undefined,
  )
  if (unnamed === undefined) return
  throw new OAuthError(
    'invalid_target',
    `the authorization request did not name the resource ${safeDescription(unnamed)}: send resource there as well`,
  )
}

/** Leaves out resources that were removed from `validAudiences` since they were granted. */
function stillValid(resources: readonly string[], { validAudiences }: ResourcePolicy): readonly string[] {
  return resources.filter((resource) => validAudiences.includes(resource))
}
