import type { AccessTokenFormat, Config } from '../contracts/config.ts'
import { accessTokenType } from '../protocol/access-token-typ.ts'
import { findResource } from '../protocol/resource.ts'
import type { ParsedOptions } from './schema.ts'

type Signing = Pick<
  Config,
  'idTokenAlgorithm' | 'idTokenAlgorithms' | 'accessTokenFormat' | 'resourceFormats' | 'signingAlgorithms'
>

/** Which ID tokens clients could register before the default of access tokens became RS256. They still can. */
const alwaysOffered = 'ES256'

/**
 * Resolves what the server signs with: the algorithms of ID tokens, the formats of access tokens, and all algorithms that
 * it needs keys for.
 * @throws {TypeError} for `resourceOptions` of a resource that the server does not have, or has twice
 */
export function resolveSigning(options: ParsedOptions, validAudiences: readonly string[]): Signing {
  const accessTokenFormat = { algorithm: options.accessTokenSigningAlgorithm, typ: accessTokenType } as const
  const resourceFormats = resolveResourceFormats(options, validAudiences, accessTokenFormat)
  const common = { accessTokenFormat, resourceFormats }
  if (options.disableJwtPlugin) {
    return { ...common, idTokenAlgorithm: 'HS256', idTokenAlgorithms: ['HS256'], signingAlgorithms: ['HS256'] }
  }
  const ofAccessTokens = [accessTokenFormat, ...resourceFormats.values()].map(({ algorithm }) => algorithm)
  const { idTokenSigningAlgorithm, idTokenSigningAlgorithms = [...ofAccessTokens, alwaysOffered] } = options
  const idTokenAlgorithms = [...new Set([idTokenSigningAlgorithm, ...idTokenSigningAlgorithms])]
  return {
    ...common,
    idTokenAlgorithm: idTokenSigningAlgorithm,
    idTokenAlgorithms,
    signingAlgorithms: [...new Set([...idTokenAlgorithms, ...ofAccessTokens])],
  }
}

function resolveResourceFormats(
  { resourceOptions }: ParsedOptions,
  validAudiences: readonly string[],
  fallback: AccessTokenFormat,
): ReadonlyMap<string, AccessTokenFormat> {
  const formats = new Map<string, AccessTokenFormat>()
  for (const [named, options] of Object.entries(resourceOptions)) {
    const resource = findResource(validAudiences, named)
    if (resource === undefined) throw new TypeError(`resourceOptions ${named} is not in validAudiences: add it there`)
    if (formats.has(resource)) throw new TypeError(`resourceOptions has ${resource} twice: keep one spelling of it`)
    const { accessTokenSigningAlgorithm = fallback.algorithm, accessTokenTyp = fallback.typ } = options
    formats.set(resource, { algorithm: accessTokenSigningAlgorithm, typ: accessTokenTyp })
  }
  return formats
}
