// Bun runs this file. It checks the storage contract of @oauth/core/testing on bun:sqlite, through this example's database.
// biome-ignore-all lint/suspicious/noConsole: what it prints is its result
import { storageContract } from '@oauth/core/testing'
import { openDatabase } from '../src/database.ts'

const cases = storageContract(() => openDatabase(':memory:'))
const failures: string[] = []
for (const { name, run } of cases) await run().catch((error: unknown) => failures.push(`${name}: ${String(error)}`))
console.log(JSON.stringify({ cases: cases.length, failures }))
