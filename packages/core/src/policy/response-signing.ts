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
 * of the standards, or else the first that this server signs with. A security profile of the client leaves fewer of them.
 * @returns `undefined` when the client registered an algorithm that this process has no keys for, or that its profile does
 * not allow
 */
export function responseAlgorithmOf(
  ctx: Pick<Context, 'config' | 'registry'>,
  client: Pick<ClientRecord, 'metadata'>,
  member: ResponseSigningMember,
): string | undefined {
  const usable = allowed(ctx.config.signingAlgorithms, demandsOn(ctx, client).signingAlgorithms)
  const registered = client.metadata[member]
  if (registered !== undefined) return usable.includes(registered) ? registered : undefined
  return usable.includes('RS256') ? 'RS256' : usable[0]
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
