import type { Context } from '../../contracts/context.ts'
import { allowed, demandsOn } from '../../policy/demands.ts'
import { OAuthError } from '../../protocol/errors.ts'
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

/**
 * Checks the times of a verified request object against the security profiles of the client. What a profile does not
 * demand was checked before.
 * @throws {OAuthError} `invalid_request_object`
 */
export function checkDemandedLifetime(
  ctx: Context,
  client: ClientRecord,
  { exp, nbf }: Readonly<Record<string, unknown>>,
): void {
  const { requestObjectLifetime: longest } = demandsOn(ctx, client)
  if (longest === undefined) return
  const now = ctx.clock.now()
  if (typeof exp !== 'number' || typeof nbf !== 'number') throw invalid('it must have exp and nbf')
  if (exp > now + longest) throw invalid(`exp is more than ${longest} s away`)
  if (nbf < now - longest) throw invalid(`nbf is more than ${longest} s ago`)
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_request_object', `the request object is not valid: ${description}`)
}
