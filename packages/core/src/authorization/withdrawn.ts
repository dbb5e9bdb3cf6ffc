import type { Context } from '../contracts/context.ts'
import type { InteractionRecord } from '../contracts/interaction.ts'
import { OAuthError } from '../protocol/errors.ts'
import { takeInteraction } from '../records/interactions.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { GrantRecord } from '../storage/grant.ts'
import { type Beginning, isWithdrawnDuring } from '../withdrawals/standing.ts'
import type { Approver } from './signed-in.ts'

/** What the client is told when its user's access was withdrawn while the request was under way. */
export function accessWithdrawn(): OAuthError {
  return new OAuthError('access_denied', 'the access was withdrawn while this request was under way; start again')
}

/**
 * Ends an interaction whose user's access was withdrawn after it began.
 * @throws {OAuthError} `access_denied`
 */
export async function refuseWithdrawn(
  ctx: Context,
  interaction: InteractionRecord,
  { signedIn, standing }: Approver,
  beginning: Beginning,
): Promise<void> {
  if (signedIn === undefined || !isWithdrawnDuring(ctx, beginning, interaction, signedIn, standing)) return
  await takeInteraction(ctx, interaction.id)
  throw accessWithdrawn()
}

/**
 * Takes back what was issued while something was withdrawn: the grant, whose code has not left, and the consent that was
 * remembered with it. The user is asked again.
 */
export async function takeBack(ctx: Context, grant: GrantRecord, consent: ConsentRecord | undefined): Promise<void> {
  await ctx.storage.grants.revoke({ id: grant.id, now: ctx.clock.now() })
  if (consent !== undefined) await forgetConsent(ctx, consent)
  ctx.emit({ type: 'code.withdrawn', clientId: grant.clientId, userId: grant.userId, grantId: grant.id })
}

/** Deletes the consent of this user, client and reference, if there is one, whatever its id. */
export async function forgetConsent(ctx: Context, { clientId, userId, referenceId }: ConsentRecord): Promise<void> {
  const key = { clientId, userId, ...(referenceId !== undefined && { referenceId }) }
  const found = await ctx.storage.consents.find(key)
  if (found !== undefined) await ctx.storage.consents.delete(found.id)
}
