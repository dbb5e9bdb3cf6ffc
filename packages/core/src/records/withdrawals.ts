import type { Context } from '../contracts/context.ts'
import { type Awaitable, whenKnown } from '../storage/awaitable.ts'
import { compareAndKeep } from './compare-and-keep.ts'

/**
 * A mark that something was withdrawn: a session ended, or grants were revoked. What began before the mark must not end
 * in a code. The core notes the mark before it revokes, and looks for marks before and after it issues a code.
 */
export interface WithdrawalRecord {
  /** The hash of the issuer and of what was withdrawn. Its length is fixed. */
  readonly id: string
  /** Random and new each time, so that a reader sees that the mark was noted again, even within the same second. */
  readonly version: string
  /** Seconds since the epoch at which it was noted. */
  readonly notedAt: number
  /** Seconds since the epoch. By then every interaction and code that began before the mark has ended, and the record may go. */
  readonly expiresAt: number
}

const kind = 'withdrawal'

/**
 * Stores a mark in place of the one that is there. Once it has answered, every reader sees this mark or a later one. The mark
 * has no `userId` and no `clientId`: it has to outlive what it is about.
 */
export async function recordWithdrawal(ctx: Context, mark: WithdrawalRecord): Promise<void> {
  const { id, version, notedAt: createdAt, expiresAt } = mark
  const record = { kind, id, value: { version }, version: 1, createdAt, expiresAt }
  await compareAndKeep(ctx, record, () => record)
}

/** Reads the marks with these ids in one round trip, expired ones too. */
export function readWithdrawals(ctx: Context, ids: readonly string[]): Awaitable<readonly WithdrawalRecord[]> {
  return whenKnown(ctx.storage.records.findMany({ kind, ids }), (found) =>
    found.map(({ id, value, createdAt, expiresAt }) => {
      const { version } = value as Pick<WithdrawalRecord, 'version'>
      return { id, version, notedAt: createdAt, expiresAt }
    }),
  )
}
