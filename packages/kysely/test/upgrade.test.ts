import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Provider, SignedIn, Storage } from '@oauth/core'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Browser } from '../../core/test/support/browser.ts'
import { exchangeCode, isActive, refresh } from '../../core/test/support/client.ts'
import { lastReason, postWith } from '../../core/test/support/client-keys.ts'
import { createLogoutWorld } from '../../core/test/support/logout.ts'
import { watchEnds } from '../../core/test/support/observer.ts'
import { alice, bob, type TestUser, type World } from '../../core/test/support/world.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate, migrator } from '../src/migrations/index.ts'
import { sqliteStorage } from '../src/sqlite/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase } from './support/databases.ts'

type Row = Readonly<Record<string, string | number | null>>
type Cookies = Readonly<Record<string, string>>

/**
 * The rows of all tables after a few journeys on commit 4a1972a, which had schema 1, with their credentials: requests that
 * wait at the login page (one must authenticate anew) and at the consent page, an unused code, tokens, sessions of
 * clients, and a used assertion.
 */
const old = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/schema-1.json'), 'utf8')) as {
  readonly now: number
  readonly sessions: Readonly<Record<string, SignedIn<TestUser>>>
  readonly client: Awaited<ReturnType<Provider['registerClient']>>
  readonly keyClient: Awaited<ReturnType<Provider['registerClient']>>
  readonly usedAssertion: string
  readonly ending: { readonly cookies: Cookies; readonly accessToken: string }
  readonly tokens: Readonly<Record<'rotated' | 'refreshToken' | 'accessToken' | 'revokedJwt' | 'machine', string>>
  readonly code: { readonly code: string; readonly verifier: string }
  readonly consent: { readonly url: string; readonly cookies: Cookies; readonly verifier: string }
  readonly login: { readonly url: string; readonly cookies: Cookies; readonly verifier: string }
  readonly forced: { readonly url: string; readonly cookies: Cookies }
  readonly tables: Readonly<Record<string, readonly Row[]>>
}

/** Makes the tables of schema 1 with the rows of commit 4a1972a. */
async function makeOldTables(db: Kysely<object>): Promise<void> {
  const { error } = await migrator(db).migrateTo('0001_initial')
  expect(error).toBeUndefined()
  for (const [name, rows] of Object.entries(old.tables)) {
    for (const row of rows) {
      const columns = sql.join(Object.keys(row).map((column) => sql.id(column)))
      await sql`insert into ${sql.table(`oauth_${name}`)} (${columns}) values (${sql.join(Object.values(row))})`.execute(
        db,
      )
    }
  }
}

/** Starts a provider of the current version on this storage, with the sessions that the host has kept. */
function startWorld(storage: Storage) {
  const ends = watchEnds()
  const world = createLogoutWorld({
    storage,
    features: [ends.feature, privateKeyJwt()],
    consentReferenceResolver: ({ user }) => (user.id === bob.id ? 'org "ä" \\ 🔑' : undefined),
  })
  expect(world.clock.now()).toBe(old.now)
  for (const [id, session] of Object.entries(old.sessions)) world.sessions.set(id, session)
  return { world, ends }
}

function browserWith(world: World, cookies: Cookies): Browser {
  const browser = world.browser()
  for (const [name, value] of Object.entries(cookies)) browser.cookies.set(name, value)
  return browser
}

const codeIn = (response: Response): string =>
  new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? ''

/** Continues every journey that began before the upgrade. */
async function expectEverythingGoesOn(storage: Storage): Promise<void> {
  const { world, ends } = startWorld(storage)
  const { client, tokens } = old

  expect(await isActive(world, tokens.accessToken)).toBe(true)
  expect(await isActive(world, tokens.machine)).toBe(true)
  expect(await isActive(world, tokens.revokedJwt)).toBe(false)
  const consents = [
    ...(await storage.consents.list({ userId: alice.id })),
    ...(await storage.consents.list({ userId: bob.id })),
  ]
  expect(consents.map(({ referenceId }) => referenceId)).toEqual([undefined, 'org "ä" \\ 🔑'])
  const grants = [
    ...(await storage.grants.list({ userId: alice.id, now: old.now })),
    ...(await storage.grants.list({ userId: bob.id, now: old.now })),
  ]
  expect(grants).toHaveLength(old.tables.grants?.length ?? 0)

  // The user who was on the consent page agrees now, and the client gets its tokens.
  const atConsent = browserWith(world, old.consent.cookies)
  const agreed = await atConsent.consent(old.consent.url, true)
  expect(new URL(agreed.headers.get('location') ?? '').searchParams.get('state')).toBe('a "state" \\ ä 🔑')
  const exchanged = await exchangeCode(world, client, {
    code: codeIn(agreed),
    pkce: { verifier: old.consent.verifier },
  } as never)
  expect(exchanged.body).toMatchObject({ scope: 'openid email notes:read', access_token: expect.any(String) })

  // The user who was on the login page signs in now.
  const atLogin = browserWith(world, old.login.cookies)
  const { returnTo } = await world.provider.resolveLoginContext(atLogin.pageRequest(old.login.url))
  atLogin.signIn(alice)
  const { response } = await atLogin.visit(returnTo, { user: alice, accept: true })
  expect(codeIn(response)).not.toBe('')

  // The user who had to authenticate anew still must: the old session is not enough, a new one is.
  const forced = browserWith(world, old.forced.cookies)
  const back = (await world.provider.resolveLoginContext(forced.pageRequest(old.forced.url))).returnTo
  forced.signIn(alice)
  expect(codeIn((await forced.visit(back, { user: alice, accept: true })).response)).not.toBe('')

  // The client redeems its unused code, and a refresh token rotates.
  const redeemed = await exchangeCode(world, client, {
    code: old.code.code,
    pkce: { verifier: old.code.verifier },
  } as never)
  expect([redeemed.status, redeemed.body.refresh_token]).toEqual([200, expect.any(String)])
  const rotated = await refresh(world, client, tokens.refreshToken)
  expect(rotated.status).toBe(200)
  expect((await refresh(world, client, rotated.body.refresh_token)).status).toBe(200)

  // The server refuses the used assertion as a replay.
  expect((await postWith(world, old.usedAssertion)).status).toBe(401)
  expect(lastReason(world)).toBe('assertion: replayed')

  // The end of a session revokes its tokens, and its client is notified.
  expect(await isActive(world, old.ending.accessToken)).toBe(true)
  await world.provider.sessionEnded(old.ending.cookies.session ?? '')
  expect(ends.told).toEqual([[client.client_id]])
  expect(await isActive(world, old.ending.accessToken)).toBe(false)

  // A replay of the token two generations ago revokes the family.
  expect((await refresh(world, client, tokens.rotated)).status).toBe(400)
  expect(await isActive(world, rotated.body.access_token)).toBe(false)
}

const folder = mkdtempSync(join(tmpdir(), 'oauth-upgrade-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(databaseNames)('an upgrade from schema 1 on %s', (name) => {
  let database: EmptyDatabase
  beforeEach(async () => {
    database = await emptyDatabase(name)
    await makeOldTables(database.db)
  }, 180_000)
  afterEach(() => database.drop())

  test('an upgrade from schema 1 keeps all data, and requests that began before it continue', async () => {
    await migrate(database.db)
    await expectEverythingGoesOn(kyselyStorage(database.db))
  })

  test('an upgrade moves each row once, and drops the former tables', async () => {
    const { db } = database
    await migrate(db)
    const { interactions = [], replays = [], session_clients: sessionClients = [] } = old.tables
    const { rows } = await sql<Row>`select * from oauth_records`.execute(db)
    expect(rows).toHaveLength(interactions.length + replays.length + sessionClients.length)
    const tables = (await db.introspection.getTables()).map((table) => table.name)
    expect(tables.filter((table) => /interactions|replays|session_clients/.test(table))).toEqual([])
    const storage = kyselyStorage(db)
    for (const row of interactions) {
      const { id, client_id, created_at, expires_at, version } = row
      expect(await storage.records.find({ kind: 'interaction', id: String(id) })).toEqual({
        kind: 'interaction',
        id,
        clientId: client_id,
        createdAt: created_at,
        expiresAt: expires_at,
        version,
        value: {
          browserHash: row.browser_hash,
          request: JSON.parse(String(row.request)),
          step: row.step,
          completed: JSON.parse(String(row.completed)),
          ...(row.prior_session !== null && { priorSession: JSON.parse(String(row.prior_session)) }),
          ...(row.user_id !== null && { userId: row.user_id }),
          ...(row.session_id !== null && { sessionId: row.session_id }),
        },
      })
    }
  })

  test('a migration down moves the records that must not be lost back to their former tables', async () => {
    const { db } = database
    await migrate(db)
    const { error } = await migrator(db).migrateTo('0001_initial')
    expect(error).toBeUndefined()
    for (const table of ['replays', 'session_clients', 'grants', 'refresh_tokens', 'consents']) {
      const { rows } = await sql<{ id: string }>`select id from ${sql.table(`oauth_${table}`)}`.execute(db)
      const ids = (all: readonly Row[] = []) => all.map(({ id }) => id).sort()
      expect(ids(rows), table).toEqual(ids(old.tables[table]))
    }
    await migrate(db)
    expect(await kyselyStorage(db).records.insert(replayOf())).toBe('exists')
  })
})

function replayOf() {
  const id = String(old.tables.replays?.[0]?.id)
  return { kind: 'replay', id, value: {}, version: 1, createdAt: 0, expiresAt: old.now }
}

test('sqliteStorage migrates a file of schema 1 when it opens it, and all data still work', async () => {
  const file = join(folder, 'oauth.db')
  const database = new Database(file)
  const db = new Kysely<object>({ dialect: new SqliteDialect({ database }) })
  await makeOldTables(db)
  await db.destroy()
  const storage = sqliteStorage(file)
  await expectEverythingGoesOn(storage)
  await storage.close()
})
