import type { Context } from '../../contracts/context.ts'
import type { Parameters } from '../../http/parameters.ts'
import { demandsOn } from '../../policy/demands.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'

/**
 * Checks a request against the security profiles of its client. Whether it must be signed is checked where it is read.
 * @throws {OAuthError} `unauthorized_client` or `invalid_request`
 */
export function requireDemands(ctx: Context, client: ClientRecord, parameters: Parameters): void {
  requireMode(ctx, client)
  if (demandsOn(ctx, client).backchannelContext !== true) return
  if (parameters.has('binding_message') || parameters.has('authorization_details')) return
  throw new OAuthError(
    'invalid_request',
    'requests of this client must have a binding_message or authorization_details, by which the user knows them',
  )
}

/** Whether the security profiles of a client allow its `backchannel_token_delivery_mode`. */
export function allowsMode(ctx: Context, client: Pick<ClientRecord, 'metadata'>): boolean {
  const mode = client.metadata.backchannel_token_delivery_mode ?? ''
  return demandsOn(ctx, client).backchannelDeliveryModes?.includes(mode) !== false
}

/** @throws {OAuthError} `unauthorized_client` when a security profile does not allow the mode of its client */
export function requireMode(ctx: Context, client: ClientRecord): void {
  if (allowsMode(ctx, client)) return
  const { backchannel_token_delivery_mode: mode } = client.metadata
  throw new OAuthError('unauthorized_client', `the security profile of this client does not allow the mode ${mode}`)
}
