import type { ClaimsInput } from '../contracts/hooks.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Makes the input that every claim hook gets, without the user.
 * @param approval the grant, or what a token says of it; absent for a token without a user
 */
export function hookFacts(
  client: ClientRecord,
  scopes: readonly string[],
  resources: readonly string[],
  approval: Pick<ClaimsInput, 'referenceId' | 'sessionId'> | undefined,
): ClaimsInput {
  return {
    client,
    scopes,
    resources,
    ...(approval?.referenceId !== undefined && { referenceId: approval.referenceId }),
    ...(approval?.sessionId !== undefined && { sessionId: approval.sessionId }),
  }
}
