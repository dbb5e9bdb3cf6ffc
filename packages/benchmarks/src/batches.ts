import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { paths } from './paths.ts'
import { addExpiredRows } from './server/expired-rows.ts'
import { openStorage } from './server/open-storage.ts'
import { median } from './statistics.ts'

/**
 * Measures the cost of expired rows on SQLite, in processor time of the process, which other work on the machine hardly
 * changes: the verbs of the token endpoint without and beside a million expired rows, and batches of the purge by size.
 */
const expired = Number(process.env.ROWS ?? 1_000_000)
const sizes = [100, 500, 1000, 5000] as const
const repetitions = 20

const directory = mkdtempSync(join(tmpdir(), 'oauth-benchmark-'))
const { core, kysely } = paths
const settings = { kind: 'provider', storage: 'sqlite', directory, core, kysely, expired } as const
const { storage, db } = await openStorage(settings)
if (db === undefined) throw new Error('no database')

/** Microseconds of processor time for each of many calls. */
async function cost(calls: number, call: (index: number) => unknown): Promise<number> {
  const start = process.cpuUsage()
  for (let index = 0; index < calls; index += 1) await call(index)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / calls
}

let ids = 0
/** Makes an id like those of the core: ids grow with time and, within a second, with a counter. */
const newId = () =>
  `x01l${Math.floor(Date.now() / 1000)}${(ids++ & 0xffff).toString(16).padStart(4, '0')}${randomBytes(6).toString('hex')}`
const soon = Math.floor(Date.now() / 1000) + 3600
const life = { secretHash: newId(), createdAt: soon, expiresAt: soon }
const accessToken = () => ({ ...life, id: newId(), clientId: 'client', scope: ['openid'], audience: [] })

/** The storage verbs of a client_credentials request and of a refresh. */
async function costOfVerbs(): Promise<readonly [insert: number, refresh: number]> {
  const grantId = newId()
  const [grant, code] = [
    { ...life, id: grantId, clientId: 'client', userId: 'user', scope: [], resources: [], offline: true },
    { ...life, id: newId(), grantId, redirectUri: 'https://app.example.com', redirectUriSent: true },
  ]
  let token = { ...life, id: newId(), grantId, reuses: 0 }
  await storage.grants.commit({ grant, code })
  await storage.authorizationCodes.redeem({ id: code.id, now, refreshToken: token })
  const insert = await cost(5000, () => storage.accessTokens.insert(accessToken()))
  const refresh = await cost(5000, async () => {
    const successor = { ...life, id: newId(), grantId, reuses: 0 }
    await storage.refreshTokens.find(token.id)
    const rotation = { id: token.id, now, successor, sealedSuccessor: newId(), accessToken: accessToken() }
    await storage.refreshTokens.rotate(rotation)
    token = successor
  })
  return [insert, refresh]
}

const now = Math.floor(Date.now() / 1000)
await costOfVerbs()
const onEmpty = await costOfVerbs()
await addExpiredRows(db, settings)
await costOfVerbs()
const besideExpired = await costOfVerbs()
/** Returns milliseconds of processor time. A batch runs synchronously, so all requests wait for that time. */
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

const micro = (time: number) => `${time.toFixed(0)} µs`
const cells = (row: readonly unknown[]) => `| ${row.join(' | ')} |\n`
process.stdout.write(cells(['', 'empty', `beside ${expired} expired rows`, 'ratio']))
process.stdout.write(cells(['---', '--:', '--:', '--:']))
for (const [index, name] of ['accessTokens.insert', 'refreshTokens.find and rotate'].entries()) {
  const [before = 0, after = 0] = [onEmpty[index], besideExpired[index]]
  process.stdout.write(cells([name, micro(before), micro(after), (after / before).toFixed(2)]))
}
process.stdout.write('\n')
process.stdout.write(cells(['rows a batch', `of ${expired} expired rows`, 'of the last of them']))
process.stdout.write(cells(['--:', '--:', '--:']))
for (const [index, size] of sizes.entries()) process.stdout.write(cells([size, first[index], last[index]]))
await db.destroy()
rmSync(directory, { recursive: true, force: true })
