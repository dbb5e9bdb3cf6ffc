import type { Context } from '../contracts/context.ts'
import type { InteractionRecord } from '../contracts/interaction.ts'
import type { RecordEntry, RecordKey } from '../storage/record.ts'

/** The record that an interaction is kept as, for verbs that take it. */
export function interactionKey(id: string): RecordKey {
  return { kind: 'interaction', id }
}

/** Stores a new interaction. Its id is random, so that a taken one is a fault and no outcome. */
export async function insertInteraction(ctx: Context, interaction: InteractionRecord): Promise<void> {
  const outcome = await ctx.storage.records.insert(toRecord(interaction))
  if (outcome !== 'won') throw new Error('the random id of a new interaction is taken')
}

/** Reads an interaction, an expired one too. */
export async function readInteraction(ctx: Context, id: string): Promise<InteractionRecord | undefined> {
  const record = await ctx.storage.records.find(interactionKey(id))
  if (record === undefined) return undefined
  const { clientId, createdAt, expiresAt, version, value } = record
  return { ...value, id, clientId, createdAt, expiresAt, version } as InteractionRecord
}

/** Stores the next state of an interaction, unless it moved on or is gone (`conflict`). */
export async function replaceInteraction(
  ctx: Context,
  interaction: InteractionRecord,
  expectedVersion: number,
): Promise<'won' | 'conflict'> {
  return ctx.storage.records.replace(toRecord(interaction), expectedVersion)
}

/** Ends an interaction: `true` for exactly one caller. */
export async function takeInteraction(ctx: Context, id: string): Promise<boolean> {
  return ctx.storage.records.take(interactionKey(id))
}

/**
 * The user stays inside the value: an interaction belongs to a browser, and whoever withdraws a user's grants must not
 * delete the sign-in with which the user comes back.
 */
function toRecord({ id, clientId, createdAt, expiresAt, version, ...value }: InteractionRecord): RecordEntry {
  return { ...interactionKey(id), clientId, value, version, createdAt, expiresAt }
}
