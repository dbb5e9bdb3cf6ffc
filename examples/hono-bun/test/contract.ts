// Bun runs this file. It checks the storage contract of @oauth/core/testing on bun:sqlite, through this example's dialect.
// biome-ignore-all lint/suspicious/noConsole: what it prints is its result
import { storageContract } from '@oauth/core/testing'
import { kyselyStorage } from '@oauth/kysely'
import { openDatabase } from '../src/database.ts'

const cases = storageContract(async () => {
  const db = await openDatabase(':memory:')
  return { storage: kyselyStorage(db), close: () => db.destroy() }
})
const failures: string[] = []
for (const { name, run } of cases) await run().catch((error: unknown) => failures.push(`${name}: ${String(error)}`))
console.log(JSON.stringify({ cases: cases.length, failures }))
