import type { Config } from '../contracts/config.ts'
import type { Context } from '../contracts/context.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import { allowed, demandsOn } from './demands.ts'

/** The members of client metadata that choose the algorithm of a response that is a JWT. */
export type ResponseSigningMember = 'authorization_signed_response_alg' | 'introspection_signed_response_alg'

type Signing = Pick<Config, 'signingAlgorithms'>

/**
 * Returns the algorithm that signs a response for a client: that which the client registered, or else `RS256`, the default
 * of the standards, or else the first that this server signs with.
 * @returns a text that says what is wrong, in `problem`, when this process has no keys for the algorithm or a security
 * profile of the client does not allow it
 */
export function responseAlgorithmOf(
  ctx: Pick<Context, 'config' | 'registry'>,
  client: ClientRecord,
  member: ResponseSigningMember,
): { readonly algorithm: string } | { readonly problem: string } {
  const { signingAlgorithms } = ctx.config
  const registered = client.metadata[member]
  const standard = signingAlgorithms.includes('RS256') ? 'RS256' : signingAlgorithms[0]
  const algorithm = registered ?? standard
  if (algorithm === undefined || !signingAlgorithms.includes(algorithm)) {
    return { problem: `this server does not support the client's ${member} ${algorithm}` }
  }
  const demanded = demandsOn(ctx, client).signingAlgorithms
  if (allowed([algorithm], demanded).length > 0) return { algorithm }
  return { problem: `the client must register ${member} as one of ${demanded?.join(', ')}, not ${algorithm}` }
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
