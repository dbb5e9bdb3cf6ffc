import { accessWithdrawn } from '../authorization/withdrawn.ts'
import type { Context } from '../contracts/context.ts'
import type { InteractionRecord } from '../contracts/interaction.ts'
import { takeInteraction } from '../records/interactions.ts'
import type { Approver } from '../sessions/signed-in.ts'
import { type Beginning, isWithdrawnDuring } from '../withdrawals/standing.ts'

/**
 * Ends an interaction when the user's access was withdrawn after it began.
 * @throws {OAuthError} `access_denied`
 */
export async function refuseWithdrawn(
  ctx: Context,
  interaction: InteractionRecord,
  { signedIn, standing }: Approver,
  beginning: Beginning,
): Promise<void> {
  if (signedIn === undefined || !isWithdrawnDuring(beginning, interaction, signedIn, standing)) return
  await takeInteraction(ctx, interaction.id)
  throw accessWithdrawn()
}
