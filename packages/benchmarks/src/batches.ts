import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from './measure.ts'
import { paths } from './paths.ts'
import { addExpiredRows } from './server/expired-rows.ts'
import { openStorage } from './server/open-storage.ts'

/** How long a purge of SQLite keeps its process busy: one batch, by its size, with a million expired rows and with few left. */
const expired = Number(process.env.ROWS ?? 1_000_000)
const sizes = [100, 500, 1000, 5000] as const
const repetitions = 20

const directory = mkdtempSync(join(tmpdir(), 'oauth-benchmark-'))
const { core, kysely } = paths
const settings = { kind: 'provider', storage: 'sqlite', bridge: 'hono', directory, core, kysely, expired } as const
const { storage, db } = await openStorage(settings)
if (db === undefined) throw new Error('no database')
await addExpiredRows(db, settings)
const now = Math.floor(Date.now() / 1000)

/** Milliseconds of processor time; the batch runs in one go, so they are what everybody else waits. */
async function batch(limit: number): Promise<{ readonly time: number; readonly removed: number }> {
  const start = process.cpuUsage()
  const removed = await storage.purgeExpired({ now, limit })
  const { user, system } = process.cpuUsage(start)
  return { time: (user + system) / 1000, removed }
}

async function batches(limit: number): Promise<string> {
  const times: number[] = []
  for (let index = 0; index < repetitions; index += 1) times.push((await batch(limit)).time)
  return `${median(times).toFixed(1)} ms (at most ${Math.max(...times).toFixed(1)})`
}

const first: string[] = []
for (const size of sizes) first.push(await batches(size))

let removed = 0
const spare = sizes.reduce((sum, size) => sum + size, 0) * repetitions
while (removed < expired - 2 * spare) removed += (await batch(5000)).removed
const last: string[] = []
for (const size of sizes) last.push(await batches(size))

const cells = (row: readonly unknown[]) => `| ${row.join(' | ')} |\n`
process.stdout.write(cells(['rows a batch', `of ${expired} expired rows`, 'of the last of them']))
process.stdout.write(cells(['--:', '--:', '--:']))
for (const [index, size] of sizes.entries()) process.stdout.write(cells([size, first[index], last[index]]))
await db.destroy()
rmSync(directory, { recursive: true, force: true })
