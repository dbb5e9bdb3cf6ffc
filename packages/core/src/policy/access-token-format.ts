import type { AccessTokenFormat, Config } from '../contracts/config.ts'
import { OAuthError } from '../protocol/errors.ts'

/** The part of the configuration that decides how access tokens are signed. */
export type FormatPolicy = Pick<Config, 'accessTokenFormat' | 'resourceFormats'>

/**
 * Returns how the JWT access token for these resources is signed. A token for several resources needs one format that
 * is right for each of them: a resource server that verifies one algorithm or one `typ` would refuse any other.
 * @param resources as the configuration spells them
 * @throws {OAuthError} `invalid_target` when the resources have different formats
 */
export function accessTokenFormatOf(config: FormatPolicy, resources: readonly string[]): AccessTokenFormat {
  const [first = config.accessTokenFormat, ...others] = resources.map(
    (resource) => config.resourceFormats.get(resource) ?? config.accessTokenFormat,
  )
  if (others.every(({ algorithm, typ }) => algorithm === first.algorithm && typ === first.typ)) return first
  throw new OAuthError(
    'invalid_target',
    'these resources need different access tokens: send the token request with one resource at a time',
    { cause: new Error(`the option resourceOptions gives ${resources.join(' and ')} different access tokens`) },
  )
}

/** Whether an access token with the `typ` `JWT` may be for this audience: whether it names a resource that has such tokens. */
export function takesPlainJwt({ resourceFormats }: FormatPolicy, audience: unknown): boolean {
  const named: readonly unknown[] = Array.isArray(audience) ? audience : [audience]
  return named.some((one) => resourceFormats.get(one as string)?.typ === 'JWT')
}
