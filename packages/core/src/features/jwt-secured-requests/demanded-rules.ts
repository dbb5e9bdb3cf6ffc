import type { Context } from '../../contracts/context.ts'
import { allowed, demandsOn } from '../../policy/demands.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { RequestObjectRules } from './rules.ts'

/** Narrows the rules for request objects to what the security profiles of the client demand. */
export function demandedRules(ctx: Context, rules: RequestObjectRules, client: ClientRecord): RequestObjectRules {
  const { signingAlgorithms, signedRequests } = demandsOn(ctx, client)
  return {
    ...rules,
    signingAlgorithms: allowed(rules.signingAlgorithms, signingAlgorithms),
    ...(signingAlgorithms !== undefined && { unsigned: 'refused' }),
    ...(signedRequests === true && { required: true, outsideParameters: 'ignored' }),
  }
}
