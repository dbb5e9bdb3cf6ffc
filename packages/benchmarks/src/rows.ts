import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPackages } from './build.ts'
import { addLiveRows, loadedId } from './live-rows.ts'
import { paths } from './paths.ts'
import { redirectUri } from './protocol.ts'
import { hostOptions, registerClient, user } from './server/host.ts'
import { loadBuilt, openStorage } from './server/open-storage.ts'

/**
 * Measures whether requests and storage verbs on SQLite cost the same beside a thousand and beside ten million live
 * rows. One process, one file that grows; each figure is the processor time of one call (the first fifth of many short
 * slices, which other work on the machine hardly changes), and its ratio to the smallest file.
 */
const sizes = (process.env.ROWS ?? '1000,100000,1000000,10000000').split(',').map(Number)
const [slices, calls] = [Number(process.env.SLICES ?? 40), 64]

if (!process.argv.includes('--no-build')) buildPackages()
const directory = mkdtempSync(join(tmpdir(), 'oauth-benchmark-'))
const { core, kysely } = paths
const settings = { kind: 'provider', storage: 'sqlite', directory, core, kysely } as const
const { storage, db } = await openStorage(settings)
if (db === undefined) throw new Error('no database')
const { createProvider } = await loadBuilt<typeof import('@oauth/core')>(core, 'index.js')
const now = Math.floor(Date.now() / 1000)
const provider = createProvider({
  ...hostOptions,
  storage,
  authentication: {
    getSession: () => ({ user, session: { id: 'session-1', authTime: now, amr: ['pwd'] } }),
    getUser: () => user,
  },
})
const scope = 'openid profile email offline_access'
const client = await registerClient(provider, storage, 'ES256', { grantTypes: [], members: {} })

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

async function post(path: string, form: Readonly<Record<string, string>>): Promise<Tokens> {
  const headers = { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` }
  const body = new URLSearchParams(form)
  const response = await provider.fetch(new Request(provider.issuer + path, { method: 'POST', headers, body }))
  if (response.status !== 200) throw new Error(`${path}: ${await response.text()}`)
  return (await response.json()) as Tokens
}

async function codeFlow(): Promise<Tokens> {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client.id,
    redirect_uri: redirectUri,
    scope,
    state: 'state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const response = await provider.fetch(new Request(`${provider.issuer}/oauth2/authorize?${query}`))
  const code = new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? ''
  const exchange = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
  return post('/oauth2/token', exchange)
}

let tokens = await codeFlow()
let rows = 0
const life = { secretHash: 'c2VjcmV0LWhhc2gtb2YtYS10b2tlbi10aGF0LWV4cGlyZWQ', createdAt: now, expiresAt: now + 3600 }
const any = (share: number) => Math.floor((Math.random() * rows * share) / 100)
let inserted = 0
const newId = () => `a01l${String(now)}${String(inserted++).padStart(11, '0')}`

/** `ONLY` chooses those whose names begin with it. Reads of a random row need pages that nothing has read lately; those of requests are of the newest rows. */
const all: Readonly<Record<string, () => unknown>> = {
  'accessTokens.insert': () =>
    storage.accessTokens.insert({ ...life, id: newId(), clientId: 'client', scope: ['openid'], audience: [] }),
  'accessTokens.find, any row': () => storage.accessTokens.find(loadedId('a', any(40))),
  'refreshTokens.find, any row': () => storage.refreshTokens.find(loadedId('r', any(30))),
  'request: opaque token': () => post('/oauth2/token', { grant_type: 'client_credentials', scope: 'notes:read' }),
  'request: refresh': async () => {
    tokens = await post('/oauth2/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
  },
  'request: code flow, ID token': codeFlow,
  'request: introspection': () => post('/oauth2/introspect', { token: tokens.access_token }),
  'request: userinfo': async () => {
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    const response = await provider.fetch(new Request(`${provider.issuer}/oauth2/userinfo`, { headers }))
    if (response.status !== 200) throw new Error(await response.text())
  },
}
const work = Object.entries(all).filter(([name]) => name.startsWith(process.env.ONLY ?? ''))

/** Returns microseconds of processor time for each call. */
async function cost(call: () => unknown): Promise<number> {
  const times: number[] = []
  for (let slice = 0; slice < slices; slice += 1) {
    const start = process.cpuUsage()
    for (let index = 0; index < calls; index += 1) await call()
    const { user: inUser, system } = process.cpuUsage(start)
    times.push((inUser + system) / calls)
  }
  return times.sort((a, b) => a - b)[Math.floor(slices / 5)] ?? 0
}

const results = new Map<string, number[]>(work.map(([name]) => [name, []]))
const megabytes: number[] = []
for (const size of sizes) {
  const start = performance.now()
  await addLiveRows(db, rows, size)
  rows = size
  process.stderr.write(`${size} rows, loaded in ${Math.round((performance.now() - start) / 1000)} s\n`)
  megabytes.push(Math.round(statSync(join(directory, 'benchmark.db')).size / 1_000_000))
  for (const [name, call] of work) {
    // The first size warms the code up as well, so that it is not compared cold with the others.
    for (let index = 0; index < (size === sizes[0] ? 1000 : 200); index += 1) await call()
    const time = await cost(call)
    results.get(name)?.push(time)
    process.stderr.write(`${name}: ${time.toFixed(1)} µs\n`)
  }
}

const cells = (row: readonly unknown[]) => `| ${row.join(' | ')} |\n`
let table = cells(['µs, and ratio to the first', ...sizes.map((size) => size.toLocaleString('en'))])
table += cells(['---', ...sizes.map(() => '--:')])
for (const [name, times] of results) {
  const [first = 1] = times
  table += cells([name, ...times.map((time) => `${time.toFixed(0)} (${(time / first).toFixed(2)})`)])
}
process.stdout.write(table + cells(['file', ...megabytes.map((size) => `${size} MB`)]))
await db.destroy()
rmSync(directory, { recursive: true, force: true })
