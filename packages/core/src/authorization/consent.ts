import type { Context } from '../contracts/context.ts'
import { createId } from '../crypto/credential.ts'
import { firstScopeOutside } from '../protocol/scope.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'

/** Whether the user has yet to agree: always, but for trusted clients, until a remembered consent covers every scope. */
export async function isConsentMissing(
  ctx: Context,
  client: ClientRecord,
  userId: string,
  scope: readonly string[],
): Promise<boolean> {
  if (client.metadata.skip_consent === true) return false
  const consent = await ctx.storage.consents.find({ clientId: client.id, userId })
  return consent === undefined || firstScopeOutside(scope, consent.scope) !== undefined
}

/** What is remembered of an approval. */
export function consentOf(ctx: Context, client: ClientRecord, userId: string, scope: readonly string[]): ConsentRecord {
  const now = ctx.clock.now()
  return {
    id: createId('n', now, ctx.random),
    clientId: client.id,
    userId,
    scope,
    resources: [],
    createdAt: now,
    updatedAt: now,
  }
}
