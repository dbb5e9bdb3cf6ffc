import type { ClaimsInput } from '../contracts/hooks.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * What every claim hook is told, beside the user.
 * @param approval the grant, or what a token says of it; absent for a machine
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
