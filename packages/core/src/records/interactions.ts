import type { Context } from '../contracts/context.ts'
import type { InteractionRecord } from '../contracts/interaction.ts'
import type { RecordEntry, RecordKey } from '../storage/record.ts'

/** Returns the key of the record of an interaction. */
export function interactionKey(id: string): RecordKey {
  return { kind: 'interaction', id }
}

/** Stores a new interaction. Its id is random, so an id that is taken is an error. */
export async function insertInteraction(ctx: Context, interaction: InteractionRecord): Promise<void> {
  const outcome = await ctx.storage.records.insert(toRecord(interaction))
  if (outcome !== 'won') throw new Error('the random id of a new interaction is taken')
}

/** Reads an interaction, also an expired one. */
export async function readInteraction(ctx: Context, id: string): Promise<InteractionRecord | undefined> {
  const record = await ctx.storage.records.find(interactionKey(id))
  if (record === undefined) return undefined
  const { clientId, createdAt, expiresAt, version, value } = record
  return { ...value, id, clientId, createdAt, expiresAt, version } as InteractionRecord
}

/** Stores the next state of an interaction. It answers `conflict` when the interaction has changed or is gone. */
export async function replaceInteraction(
  ctx: Context,
  interaction: InteractionRecord,
  expectedVersion: number,
): Promise<'won' | 'conflict'> {
  return ctx.storage.records.replace(toRecord(interaction), expectedVersion)
}

/** Removes an interaction and answers `true` to exactly one caller. */
export async function takeInteraction(ctx: Context, id: string): Promise<boolean> {
  return ctx.storage.records.take(interactionKey(id))
}

/**
 * Makes the record of an interaction. The user is part of the value and not of the key: an interaction belongs to a
 * browser, and revoking the grants of a user must not delete the sign-in with which the user returns.
 */
function toRecord({ id, clientId, createdAt, expiresAt, version, ...value }: InteractionRecord): RecordEntry {
  return { ...interactionKey(id), clientId, value, version, createdAt, expiresAt }
}
