import type { Context } from '../contracts/context.ts'
import { sha256 } from '../crypto/hash.ts'

/** A value that may be used once, for instance the `jti` of an assertion. */
export interface OneTimeValue {
  /** What the value is for, for instance `client assertion`. The same value may be used once per purpose. */
  readonly purpose: string
  /** The client that sent the value. Two clients may use the same value. */
  readonly clientId: string
  readonly value: string
  /** Seconds since the epoch from which the value is refused anyway, so that it need not be remembered any longer. */
  readonly refusedFrom: number
}

/**
 * Claims a value. It answers `true` to exactly one caller, and `false` to every later one until the value has expired.
 */
export async function claimOnce(
  ctx: Context,
  { purpose, clientId, value, refusedFrom }: OneTimeValue,
): Promise<boolean> {
  // The hash has a fixed length. It includes the issuer, since two issuers may share a storage.
  const id = await sha256(JSON.stringify([purpose, ctx.config.issuer, clientId, value]))
  // No `clientId`: the record has to outlive the client, since a client that is registered again may use the same keys.
  const record = { kind: 'replay', id, value: {}, version: 1, createdAt: ctx.clock.now(), expiresAt: refusedFrom }
  return (await ctx.storage.records.insert(record)) === 'won'
}
