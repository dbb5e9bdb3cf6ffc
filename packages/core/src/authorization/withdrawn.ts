import { forgetConsent } from '../consents/forget-consent.ts'
import type { Context } from '../contracts/context.ts'
import { englishTexts } from '../contracts/page-texts.ts'
import { errorForUser, type OAuthError } from '../protocol/errors.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { GrantRecord } from '../storage/grant.ts'

/** The error for the client when the user's access was withdrawn during the request. */
export function accessWithdrawn(): OAuthError {
  return errorForUser('access_denied', englishTexts.accessWithdrawn)
}

/**
 * Takes back what was issued while access was being withdrawn: revokes the grant, whose code the client has not got,
 * and deletes the consent that was stored with it. The user will be asked again.
 */
export async function takeBack(ctx: Context, grant: GrantRecord, consent: ConsentRecord | undefined): Promise<void> {
  await ctx.storage.grants.revoke({ id: grant.id, now: ctx.clock.now() })
  if (consent !== undefined) await forgetConsent(ctx, consent)
  ctx.emit({ type: 'code.withdrawn', clientId: grant.clientId, userId: grant.userId, grantId: grant.id })
}
