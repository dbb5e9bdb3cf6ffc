import type { Context } from '../contracts/context.ts'
import { createRandomId } from '../crypto/credential.ts'
import { recordWithdrawal } from '../records/withdrawals.ts'
import { markId, type Withdrawn } from './mark.ts'

/**
 * How many marks this process has noted, whoever noted them. Not by storage: each request may see the storage through an object of
 * its own that measures calls, and a tenant's provider that is made anew has another one than requests that still run.
 */
let noted = 0

/**
 * Notes that something was withdrawn, so that no code is issued for what began before. Call it after the change itself
 * (the consent is deleted, the session has ended) and before the grants are revoked. In this order one of two things is
 * certain for a code that is being issued meanwhile: the issuer sees the mark, or the revocation sees the grant.
 */
export async function noteWithdrawal(ctx: Context, withdrawn: Withdrawn): Promise<void> {
  const notedAt = ctx.clock.now()
  const { interaction, authorizationCode } = ctx.config.lifetimes
  // What features keep or accept between an approval and its tokens may live longer than an interaction and its code.
  const { waitingRecords, outsideApprovals } = ctx.registry
  const waits = [...waitingRecords, ...outsideApprovals].map(({ lifetime }) => lifetime)
  await recordWithdrawal(ctx, {
    id: await markId(ctx, withdrawn),
    version: createRandomId(ctx.random),
    notedAt,
    expiresAt: notedAt + Math.max(interaction + authorizationCode, ...waits),
  })
  noted += 1
}

/** Returns how many marks this process has noted. The number orders two moments within one second. */
export function countNoted(): number {
  return noted
}
