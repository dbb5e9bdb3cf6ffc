import { OAuthError, safeDescription } from '../protocol/errors.ts'

/**
 * Returns the resources that a request asks for, in the spelling of the configuration. A trailing slash makes no
 * difference.
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
    const audience = validAudiences.find((valid) => withoutSlash(valid) === withoutSlash(resource))
    if (audience === undefined) {
      const cause = new Error(`${source} does not have the resource ${safeDescription(resource)}`)
      throw new OAuthError('invalid_target', 'the resource is unknown or not allowed', { cause })
    }
    resources.add(audience)
  }
  return [...resources]
}

/**
 * Returns the resources of a token that belongs to a grant. With `bindResources` the grant names them: the token
 * request may ask for some of them, and gets all of them when it names none.
 * @throws {OAuthError} `invalid_target`
 */
export function grantedResources(
  asked: readonly string[],
  granted: readonly string[],
  config: { readonly bindResources: boolean; readonly validAudiences: readonly string[] },
): readonly string[] {
  if (!config.bindResources) return requestedResources(asked, config.validAudiences)
  // Resources that were removed from validAudiences since then are left out.
  const valid = granted.filter((resource) => config.validAudiences.includes(resource))
  return asked.length === 0 ? valid : requestedResources(asked, valid, 'the grant')
}

function withoutSlash(uri: string): string {
  return uri.endsWith('/') ? uri.slice(0, -1) : uri
}
