import * as v from 'valibot'
import type { Context } from '../../contracts/context.ts'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import { signsWithClientSecrets } from '../../policy/client-support.ts'
import { type SigningAlgorithm, signingAlgorithms } from '../../protocol/signing-algorithm.ts'

/** The options of `signedMetadata`. */
export interface SignedMetadataOptions {
  /**
   * The algorithm of the signature, one that the server has keys for. Default: that of ID tokens
   * (`idTokenSigningAlgorithm`), or the first that a security profile for every client allows.
   */
  readonly algorithm?: SigningAlgorithm | undefined
}

const entries = { algorithm: v.optional(v.picklist(signingAlgorithms)) }

/** @throws {TypeError} when an option is unknown or wrong */
export function parseSignedMetadataOptions(options: SignedMetadataOptions): SignedMetadataOptions {
  return parseFeatureOptions('signedMetadata', entries, options)
}

/**
 * Returns the algorithm of the signature. A profile for every client narrows the default, so it is asked for when all
 * features have started.
 * @throws {TypeError} when the server has no key for the algorithm
 */
export function algorithmOf({ algorithm }: SignedMetadataOptions, core: Context): () => string {
  if (signsWithClientSecrets(core)) {
    throw new TypeError('signedMetadata needs signing keys: leave out disableJwtPlugin or this feature')
  }
  const { config } = core
  const chosen = algorithm ?? config.idTokenAlgorithm
  if (!config.signingAlgorithms.includes(chosen)) {
    throw new TypeError(
      `signedMetadata: the server has no keys for ${chosen}: add it to idTokenSigningAlgorithms, or use ${config.signingAlgorithms.join(', ')}`,
    )
  }
  if (algorithm !== undefined) return () => algorithm
  return () => [chosen, ...config.signingAlgorithms].find((name) => isAllowed(core, name)) ?? chosen
}

function isAllowed({ registry }: Context, algorithm: string): boolean {
  return registry.profiles.every(
    ({ forEveryClient, demands }) => !forEveryClient || demands.signingAlgorithms?.includes(algorithm) !== false,
  )
}
