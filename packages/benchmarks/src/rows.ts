import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { buildPackages } from './build.ts'
import { addLiveRows, loadedId } from './live-rows.ts'
import { paths } from './paths.ts'
import { redirectUri } from './protocol.ts'
import { hostOptions, registerClient, user } from './server/host.ts'
import { loadBuilt, openStorage } from './server/open-storage.ts'
import { median, quantile, shuffle } from './statistics.ts'

/**
 * Measures whether requests and storage verbs on SQLite cost the same beside a thousand and beside ten million live
 * rows. One process with a file of each size, which take turns in short slices, so that other work on the machine slows all of
 * them alike. Each figure is the processor time of one call.
 */
const sizes = (process.env.ROWS ?? '1000,100000,1000000,10000000').split(',').map(Number)
const [slices, calls] = [Number(process.env.SLICES ?? 40), 64]

/** Settings of SQLite to try, such as `pragma cache_size = -262144`. */
const pragmas = process.env.PRAGMA

if (!process.argv.includes('--no-build')) buildPackages()
const { core, kysely } = paths
const { createProvider } = await loadBuilt<typeof import('@oauth/core')>(core, 'index.js')
const now = Math.floor(Date.now() / 1000)
const scope = 'openid profile email offline_access'
const life = { secretHash: 'c2VjcmV0LWhhc2gtb2YtYS10b2tlbi10aGF0LWV4cGlyZWQ', createdAt: now, expiresAt: now + 3600 }
let inserted = 0
const newId = () => `a01l${String(now)}${String(inserted++).padStart(11, '0')}`

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

/** A file with so many rows, and a provider on it. */
interface Subject {
  readonly megabytes: number
  /** The calls that are measured, by name. */
  readonly work: Readonly<Record<string, () => unknown>>
  close(): Promise<void>
}

async function open(rows: number): Promise<Subject> {
  const directory = mkdtempSync(join(tmpdir(), 'oauth-benchmark-'))
  const { storage, db } = await openStorage({ kind: 'provider', storage: 'sqlite', directory, core, kysely })
  if (db === undefined) throw new Error('no database')
  const start = performance.now()
  await addLiveRows(db, 0, rows)
  process.stderr.write(`${rows} rows, loaded in ${Math.round((performance.now() - start) / 1000)} s\n`)
  if (pragmas !== undefined) await sql.raw(pragmas).execute(db)
  const provider = createProvider({
    ...hostOptions,
    logger: false,
    storage,
    authentication: {
      getSession: () => ({ user, session: { id: 'session-1', authTime: now, amr: ['pwd'] } }),
      getUser: () => user,
    },
  })
  const client = await registerClient(provider, storage, 'ES256', { grantTypes: [], members: {} })

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
  const any = (share: number) => Math.floor((Math.random() * rows * share) / 100)
  return {
    megabytes: Math.round(statSync(join(directory, 'benchmark.db')).size / 1_000_000),
    work: {
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
    },
    async close() {
      await db.destroy()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Returns the microseconds of processor time of each call in a slice. */
async function cost(call: () => unknown): Promise<number> {
  const start = process.cpuUsage()
  for (let index = 0; index < calls; index += 1) await call()
  const { user: inUser, system } = process.cpuUsage(start)
  return (inUser + system) / calls
}

const cells = (row: readonly unknown[]) => `| ${row.join(' | ')} |\n`
const subjects: Subject[] = []
try {
  for (const size of sizes) subjects.push(await open(size))
  let table = cells(['µs, and ratio to the first', ...sizes.map((size) => size.toLocaleString('en'))])
  table += cells(['---', ...sizes.map(() => '--:')])
  const names = Object.keys(subjects[0]?.work ?? {}).filter((name) => name.startsWith(process.env.ONLY ?? ''))
  for (const name of names) {
    const lanes = subjects.map(({ work }) => ({ call: work[name] as () => unknown, times: [] as number[] }))
    // Not measured: the code is compiled, and each file has some of its pages in the cache.
    for (const { call } of lanes) for (let slice = 0; slice < 10; slice += 1) await cost(call)
    for (let slice = 0; slice < slices; slice += 1) {
      for (const { call, times } of shuffle(lanes)) times.push(await cost(call))
    }
    const first = lanes[0]?.times ?? []
    const figures = lanes.map(({ times }) => {
      const ratios = times.map((time, slice) => time / (first[slice] ?? Number.NaN))
      return `${quantile(times, 0.2).toFixed(0)} (${median(ratios).toFixed(2)})`
    })
    table += cells([name, ...figures])
    process.stderr.write(`${name}: ${figures.join(', ')}\n`)
  }
  process.stdout.write(table + cells(['file', ...subjects.map(({ megabytes }) => `${megabytes} MB`)]))
} finally {
  for (const subject of subjects) await subject.close()
}
