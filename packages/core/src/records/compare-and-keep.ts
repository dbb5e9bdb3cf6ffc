import type { Context } from '../contracts/context.ts'
import type { RecordEntry } from '../storage/record.ts'

/** How many attempts it makes before it gives up. */
const attempts = 100

/**
 * Adds a record, or replaces the stored one with the same kind and id by what `change` makes of it. When another writer
 * was faster, it calls `change` again with what is stored now. When `change` answers `undefined`, the stored record
 * stays. A new record costs one write.
 */
export async function compareAndKeep(
  ctx: Context,
  record: RecordEntry,
  change: (known: RecordEntry) => RecordEntry | undefined,
): Promise<void> {
  const { records } = ctx.storage
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if ((await records.insert(record)) === 'won') return
    const known = await records.find({ kind: record.kind, id: record.id })
    // The record was taken or purged in between.
    if (known === undefined) continue
    const next = change(known)
    if (next === undefined) return
    if ((await records.replace({ ...next, version: known.version + 1 }, known.version)) === 'won') return
  }
  throw new Error(`a record of the kind ${record.kind} changes too often to be written`)
}
