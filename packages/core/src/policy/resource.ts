import { OAuthError } from '../protocol/errors.ts'

/**
 * The audiences that a token request asks for, in the spelling that was configured; a trailing slash makes no difference.
 * @throws {OAuthError} `invalid_target` ({@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 section 2})
 */
export function requestedResources(asked: readonly string[], validAudiences: readonly string[]): readonly string[] {
  if (asked.length === 0) return asked
  const resources = new Set<string>()
  for (const resource of asked) {
    const audience = validAudiences.find((valid) => withoutSlash(valid) === withoutSlash(resource))
    if (audience === undefined) throw new OAuthError('invalid_target', 'the resource is unknown or not allowed')
    resources.add(audience)
  }
  return [...resources]
}

function withoutSlash(uri: string): string {
  return uri.endsWith('/') ? uri.slice(0, -1) : uri
}
