import type { AccessTokenFormat, Config } from '../contracts/config.ts'
import { platformProblem } from '../crypto/ml-dsa.ts'
import { accessTokenType } from '../protocol/access-token-typ.ts'
import { findResource } from '../protocol/resource.ts'
import type { ParsedOptions } from './schema.ts'

type Signing = Pick<
  Config,
  | 'idTokenAlgorithm'
  | 'idTokenAlgorithms'
  | 'accessTokenFormat'
  | 'resourceFormats'
  | 'signingAlgorithms'
  | 'signingKeys'
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
  const { signingKeys } = options
  const common = { accessTokenFormat, resourceFormats, signingKeys }
  if (options.disableJwtPlugin) {
    if (signingKeys !== undefined) throw new TypeError('disableJwtPlugin leaves no use for signingKeys: remove one')
    return { ...common, idTokenAlgorithm: 'HS256', idTokenAlgorithms: ['HS256'], signingAlgorithms: ['HS256'] }
  }
  const ofAccessTokens = [accessTokenFormat, ...resourceFormats.values()].map(({ algorithm }) => algorithm)
  const offered = [...ofAccessTokens, ...(signingKeys?.algorithms ?? [alwaysOffered])]
  const { idTokenSigningAlgorithm, idTokenSigningAlgorithms = offered } = options
  const idTokenAlgorithms = [...new Set([idTokenSigningAlgorithm, ...idTokenSigningAlgorithms])]
  const signingAlgorithms = [...new Set([...idTokenAlgorithms, ...ofAccessTokens])]
  checkAlgorithms(options, signingAlgorithms)
  return { ...common, idTokenAlgorithm: idTokenSigningAlgorithm, idTokenAlgorithms, signingAlgorithms }
}

/**
 * Checks that there will be a key for each algorithm.
 * @throws {TypeError} for an algorithm that this platform does not have, or that `signingKeys` does not have
 */
function checkAlgorithms(options: ParsedOptions, algorithms: readonly string[]): void {
  const { signingKeys } = options
  for (const algorithm of algorithms) {
    const problem = platformProblem(algorithm)
    if (problem !== undefined) throw new TypeError(`${optionOf(options, algorithm)} ${algorithm} ${problem}`)
    if (signingKeys === undefined || signingKeys.othersInStorage || includes(signingKeys.algorithms, algorithm))
      continue
    throw new TypeError(
      `${optionOf(options, algorithm)} ${algorithm} is not among the algorithms of signingKeys (${signingKeys.algorithms.join(', ')}): change one of the two, or set storedKeys: 'sign' there to sign with keys in the storage, too`,
    )
  }
}

/** Names the option that has an algorithm, for error texts. */
function optionOf(options: ParsedOptions, algorithm: string): string {
  if (options.accessTokenSigningAlgorithm === algorithm) return 'accessTokenSigningAlgorithm'
  if (options.idTokenSigningAlgorithm === algorithm) return 'idTokenSigningAlgorithm'
  if (includes(options.idTokenSigningAlgorithms ?? [], algorithm)) return 'idTokenSigningAlgorithms'
  const ofResource = Object.values(options.resourceOptions).some((one) => one.accessTokenSigningAlgorithm === algorithm)
  return ofResource ? 'resourceOptions' : 'signingKeys.algorithms'
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

function includes(algorithms: readonly string[], algorithm: string): boolean {
  return algorithms.includes(algorithm)
}
