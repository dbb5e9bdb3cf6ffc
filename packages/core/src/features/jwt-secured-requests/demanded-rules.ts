import type { Context } from '../../contracts/context.ts'
import { demandsOn } from '../../policy/demands.ts'
import type { StricterRules } from '../../request-objects/rules.ts'
import type { ClientRecord } from '../../storage/client.ts'

/** What the security profiles of the client demand of its request objects, to be added to the rules of the server. */
export function demandedRules(ctx: Context, client: ClientRecord): StricterRules {
  const { signingAlgorithms, signedRequests, requestObjectLifetime } = demandsOn(ctx, client)
  return {
    ...(signingAlgorithms !== undefined && { signingAlgorithms, unsigned: 'refused' }),
    ...(signedRequests === true && { required: true, outsideParameters: 'ignored' }),
    ...(requestObjectLifetime !== undefined && { requireLifetime: true, maxLifetimeSeconds: requestObjectLifetime }),
  }
}
