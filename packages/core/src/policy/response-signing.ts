import type { Config } from '../contracts/config.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/errors.ts'

/** The members of client metadata that choose the algorithm of a response that is a JWT. */
export type ResponseSigningMember = 'authorization_signed_response_alg' | 'introspection_signed_response_alg'

type Signing = Pick<Config, 'signingAlgorithms'>

/**
 * Returns the algorithm that signs a response for a client: that which the client registered, or else `RS256`, the default
 * of the standards, or else the first that this server signs with.
 * @returns `undefined` when the client registered an algorithm that this process has no keys for
 */
export function responseAlgorithmOf(
  { signingAlgorithms }: Signing,
  metadata: ClientMetadata,
  member: ResponseSigningMember,
): string | undefined {
  const registered = metadata[member]
  if (registered !== undefined) return signingAlgorithms.includes(registered) ? registered : undefined
  return signingAlgorithms.includes('RS256') ? 'RS256' : signingAlgorithms[0]
}

/**
 * Checks that a client registers an algorithm that this server signs with. `none` is not among them.
 * @throws {OAuthError} `invalid_client_metadata`
 */
export function checkResponseAlgorithm(
  { signingAlgorithms }: Signing,
  metadata: ClientMetadata,
  member: ResponseSigningMember,
): void {
  const registered = metadata[member]
  if (registered === undefined || signingAlgorithms.includes(registered)) return
  throw new OAuthError(
    'invalid_client_metadata',
    `unsupported ${member} ${registered}: this server supports ${signingAlgorithms.join(', ')}`,
  )
}
