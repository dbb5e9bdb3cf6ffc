import type { Context } from '../contracts/context.ts'
import { sha256 } from '../crypto/hash.ts'

/** Something that is good once, for instance the `jti` of a client's assertion. */
export interface OneTimeValue {
  /** What it is, for instance `client assertion`: values of different purposes never meet. */
  readonly purpose: string
  /** The client that sent it: two clients may use the same value. */
  readonly clientId: string
  readonly value: string
  /** Seconds since the epoch from which the value is refused anyway, so that nothing has to be remembered any more. */
  readonly refusedFrom: number
}

/** Claims a value: `true` for exactly one caller, and `false` for everybody after it until the value has expired. */
export async function claimOnce(
  ctx: Context,
  { purpose, clientId, value, refusedFrom }: OneTimeValue,
): Promise<boolean> {
  // A hash has one length, whatever came in. With the issuer: two of them may share a storage.
  const id = await sha256(JSON.stringify([purpose, ctx.config.issuer, clientId, value]))
  // No `clientId`: a claim has to outlive the client, since one that is registered again may use the same keys.
  const record = { kind: 'replay', id, value: {}, version: 1, createdAt: ctx.clock.now(), expiresAt: refusedFrom }
  return (await ctx.storage.records.insert(record)) === 'won'
}
