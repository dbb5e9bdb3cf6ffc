import type { Context } from '../contracts/context.ts'
import type { ConsentKey } from '../storage/consent.ts'
import { canBeId } from '../storage/stored-id.ts'
import { endWaiting } from '../withdrawals/end-waiting.ts'
import { noteWithdrawal } from '../withdrawals/note.ts'

type Connected = Pick<ConsentKey, 'userId' | 'clientId'>

/**
 * Takes all access of one client to one user's account away: the remembered consents under every reference, the live
 * grants with their codes and tokens, and what waits for an approval or rests on one. A second call finishes what a first
 * one that failed has left.
 * @returns `false` when the client had nothing of the user
 * @throws {TypeError} when `userId` or `clientId` is not a string, since that would end more than one connection
 */
export async function disconnectApp(ctx: Context, userId: string, clientId: string): Promise<boolean> {
  if (typeof userId !== 'string') throw new TypeError('disconnectApp: userId must be a string')
  if (typeof clientId !== 'string') throw new TypeError('disconnectApp: clientId must be a string')
  // A form may bring anything. Storage is asked only for what can be an id.
  if (!canBeId(userId) || !canBeId(clientId)) return false
  const of = { userId, clientId }
  const consentsDeleted = await deleteConsents(ctx, of)
  await noteWithdrawal(ctx, of)
  // After the mark the order does not matter, so these are one round trip.
  const [grantsEnded, storedMeanwhile] = await Promise.all([
    ctx.storage.grants.revokeAll({ ...of, now: ctx.clock.now() }),
    // Deleted again: an approval at the same time may have stored one again.
    deleteConsents(ctx, of),
    endWaiting(ctx, of),
  ])
  const hadAccess = consentsDeleted + storedMeanwhile + grantsEnded > 0
  if (hadAccess) {
    ctx.emit({ type: 'app.disconnected', ...of, grantsEnded, consentsDeleted: consentsDeleted + storedMeanwhile })
  }
  return hadAccess
}

/** Deletes the consents of the user for the client, and returns how many of them this call deleted. */
async function deleteConsents({ storage }: Context, { userId, clientId }: Connected): Promise<number> {
  const own = (await storage.consents.list({ userId })).filter((consent) => consent.clientId === clientId)
  const deleted = await Promise.all(own.map(({ id }) => storage.consents.delete(id)))
  return deleted.filter(Boolean).length
}
