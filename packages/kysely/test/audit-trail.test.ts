import { setTimeout as pause } from 'node:timers/promises'
import type { OAuthEvent } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { getTokens, post, refresh, registerConfidential } from '../../core/test/support/client.ts'
import { createQuickWorld } from '../../core/test/support/tokens.ts'
import { type AuditTrail, type AuditTrailProblem, auditTrail } from '../src/audit-trail/audit-trail.ts'
import { createQueue } from '../src/audit-trail/queue.ts'
import { migrate } from '../src/migrations/index.ts'
import { sqliteStorage } from '../src/sqlite/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase } from './support/databases.ts'

const revoked = (grantId: string, others: object = {}): OAuthEvent => ({ type: 'grant.revoked', grantId, ...others })
const now = (): number => Math.floor(Date.now() / 1000)

describe.each(databaseNames)('the audit trail on %s', (name) => {
  let database: EmptyDatabase
  let trail: AuditTrail

  beforeAll(async () => {
    database = await emptyDatabase(name)
    await migrate(database.db)
  }, 180_000)
  afterAll(() => database.drop())
  beforeEach(async () => {
    await sql`delete from oauth_audit_events`.execute(database.db)
    trail = auditTrail(database.db)
  })
  afterEach(() => trail.close())

  test('a sign-in, a refresh and a refusal of a real server are in the trail: who, what, with which outcome and why', async () => {
    const world = createQuickWorld({ onEvent: trail.onEvent, storage: memoryStorage() })
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client)
    await refresh(world, client, tokens.refresh_token)
    await post(world, '/oauth2/token', { grant_type: 'x', client_id: client.client_id, client_secret: 'wrong-secret' })
    await trail.flush()
    const { entries } = await trail.list({ clientId: client.client_id })
    expect(entries.map(({ type, outcome }) => [type, outcome])).toEqual(
      expect.arrayContaining([
        ['client.registered', 'success'],
        ['code.issued', 'success'],
        ['tokens.issued', 'success'],
        ['client.authentication_failed', 'refused'],
      ]),
    )
    const issued = entries.find(
      ({ type, details }) => type === 'tokens.issued' && details.grantType === 'refresh_token',
    )
    expect(issued).toMatchObject({ userId: 'user-alice', grantId: expect.any(String), requestId: expect.any(String) })
    expect(issued?.details).toMatchObject({ kinds: expect.arrayContaining(['access_token', 'refresh_token']) })
    expect(Math.abs((issued?.occurredAt ?? 0) - now())).toBeLessThan(60)
    const failed = entries.find(({ type }) => type === 'client.authentication_failed')
    expect(failed?.reason).toBe('wrong or expired credentials')
    const { entries: same } = await trail.list({ requestId: failed?.requestId ?? '' })
    expect(same.map(({ type }) => type)).toEqual(['request.refused', 'client.authentication_failed'])
    const dump = JSON.stringify((await sql`select * from oauth_audit_events`.execute(database.db)).rows)
    for (const secret of [client.client_secret, tokens.access_token, tokens.refresh_token, 'wrong-secret']) {
      expect(dump).not.toContain(secret)
    }
  })

  test('events are read by page and by filter, newest first, and each of them once', async () => {
    for (let index = 0; index < 25; index++) {
      trail.onEvent(revoked(`grant-${index}`, { userId: index % 2 === 0 ? 'even' : 'odd' }))
    }
    await trail.flush()
    const seen: (string | undefined)[] = []
    let before: string | undefined
    do {
      const page = await trail.list({ limit: 10, ...(before !== undefined && { before }) })
      seen.push(...page.entries.map(({ grantId }) => grantId))
      before = page.next
    } while (before !== undefined)
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `grant-${24 - index}`))
    expect((await trail.list({ userId: 'even' })).entries).toHaveLength(13)
    expect((await trail.list({ userId: 'even', grantId: 'grant-3' })).entries).toEqual([])
    expect(
      (await trail.list({ type: 'grant.revoked', outcome: 'success', from: now() - 60, to: now() + 60 })).entries,
    ).toHaveLength(25)
    expect((await trail.list({ from: now() + 60 })).entries).toEqual([])
    expect((await trail.list({ to: now() - 60 })).entries).toEqual([])
    expect((await trail.list({ outcome: 'failed' })).entries).toEqual([])
  })

  test('a purge deletes the oldest events from before a time, and no more than its limit', async () => {
    for (let index = 0; index < 5; index++) trail.onEvent(revoked(`grant-${index}`))
    await trail.flush()
    expect(await trail.purge({ before: now() - 60 })).toBe(0)
    expect(await trail.purge({ before: now() + 60, limit: 3 })).toBe(3)
    expect((await trail.list()).entries.map(({ grantId }) => grantId)).toEqual(['grant-4', 'grant-3'])
    expect(await trail.purge({ before: now() + 60 })).toBe(2)
  })

  test('texts that a database would refuse or cut are stored, and none of them ends the trail', async () => {
    const odd = `NUL\0 quote' "x" \\ \u{1f600} ${'x'.repeat(20_000)}`
    trail.onEvent(revoked('odd', { userId: odd, reason: odd, more: odd }))
    trail.onEvent(revoked('after'))
    await trail.flush()
    const { entries } = await trail.list()
    expect(entries.map(({ grantId }) => grantId)).toEqual(['after', 'odd'])
    expect(entries[1]?.userId).toHaveLength(255)
    expect(entries[1]?.details).toEqual({ truncated: true })
  })

  test('the address is there only if the host answers it, and the host chooses the events', async () => {
    trail.onEvent(revoked('one'))
    const choosing = auditTrail(database.db, {
      address: () => '192.0.2.7',
      stores: ({ type }) => type !== 'session.ended',
    })
    choosing.onEvent(revoked('two'))
    choosing.onEvent({ type: 'session.ended', grantsEnded: 0 })
    await trail.flush()
    await choosing.close()
    const { entries } = await trail.list()
    expect(entries.map(({ grantId, address }) => [grantId, address]).toSorted()).toEqual([
      ['one', undefined],
      ['two', '192.0.2.7'],
    ])
  })

  test('a write whose answer was lost is repeated without a second row', async () => {
    trail.onEvent(revoked('once'))
    await trail.flush()
    const { rows } = await sql<Record<string, unknown>>`select * from oauth_audit_events`.execute(database.db)
    const { insertRows } = await import('../src/audit-trail/statements.ts')
    const { tableNames } = await import('../src/schema.ts')
    const { dialectName } = await import('../src/dialect.ts')
    const schema = { db: database.db as never, tables: tableNames(), dialect: dialectName(database.db, undefined) }
    await insertRows(schema, rows as never)
    expect((await trail.list()).entries).toHaveLength(1)
  })
})

/** A trail in an SQLite file of this process, whose writes fail while `broken` is set. */
async function breakableTrail(options: Parameters<typeof auditTrail>[1] = {}) {
  const state = { broken: false, writes: 0 }
  const problems: AuditTrailProblem[] = []
  const database = new Database(':memory:')
  const plain = new SqliteDialect({
    database: {
      close: () => void database.close(),
      prepare(text) {
        if (text.startsWith('insert into "oauth_audit_events"')) {
          state.writes += 1
          if (state.broken) throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' })
        }
        return database.prepare(text)
      },
    },
  })
  const db = new Kysely<object>({ dialect: plain })
  await migrate(db)
  const trail = auditTrail(db, { onError: (problem) => problems.push(problem), ...options })
  return { state, problems, trail, db }
}

test('reading or purging without the table says which one it is and how to create it', async () => {
  const db = new Kysely<object>({ dialect: new SqliteDialect({ database: new Database(':memory:') }) })
  const trail = auditTrail(db, { tablePrefix: 'idp_' })
  for (const attempt of [trail.list(), trail.purge({ before: now() })]) {
    await expect(attempt).rejects.toThrow('the table idp_audit_events does not exist: run migrate(db)')
  }
  await migrate(db, { tablePrefix: 'idp_' })
  expect(await trail.list()).toEqual({ entries: [] })
})

describe('the queue of the audit trail', () => {
  test('events of one moment are one write, and no request waits for it', async () => {
    const { trail, state } = await breakableTrail({ flushSeconds: 0.05 })
    for (let index = 0; index < 100; index++) trail.onEvent(revoked(`grant-${index}`))
    expect(state.writes).toBe(0)
    await vi.waitFor(async () => expect((await trail.list({ limit: 1000 })).entries).toHaveLength(100))
    expect(state.writes).toBe(1)
  })

  test('while the database is away, requests go on, events wait, and all of them are stored later', async () => {
    const { trail, state, problems } = await breakableTrail({ flushSeconds: 0.01 })
    state.broken = true
    const world = createQuickWorld({ onEvent: trail.onEvent, storage: memoryStorage() })
    const tokens = await getTokens(world, await registerConfidential(world))
    expect(tokens.access_token).toMatch(/^[\w.-]{40,}$/)
    await vi.waitFor(() => expect(problems.length).toBeGreaterThan(0))
    expect(problems[0]).toMatchObject({ dropped: 0, cause: { code: 'ECONNREFUSED' } })
    await expect(trail.flush()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    state.broken = false
    await trail.flush()
    expect((await trail.list({ type: 'tokens.issued' })).entries).toHaveLength(1)
    await trail.close()
  })

  test('a full queue loses events and counts them, and memory stays bounded (G53)', async () => {
    const { trail, state, problems } = await breakableTrail({ queueSize: 10, flushSeconds: 3600 })
    state.broken = true
    for (let index = 0; index < 1000; index++) trail.onEvent(revoked(`grant-${index}`))
    await expect(trail.flush()).rejects.toThrow()
    expect(problems.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(990)
    state.broken = false
    await trail.flush()
    expect((await trail.list({ limit: 1000 })).entries.map(({ grantId }) => grantId)).toEqual(
      Array.from({ length: 10 }, (_, index) => `grant-${9 - index}`),
    )
  })

  test('an event that cannot be stored at all is lost alone', async () => {
    const { trail, problems, db } = await breakableTrail()
    await sql`create trigger refuse before insert on oauth_audit_events when new.grant_id = 'bad' begin select raise(abort, 'no'); end`.execute(
      db,
    )
    for (const grantId of ['one', 'bad', 'two']) trail.onEvent(revoked(grantId))
    await trail.flush()
    expect((await trail.list()).entries.map(({ grantId }) => grantId)).toEqual(['two', 'one'])
    expect(problems).toEqual([{ dropped: 1, cause: expect.objectContaining({ message: 'no' }) }])
  })

  test('close stores what waits, later events are counted as lost, and a close that cannot store says how many', async () => {
    const good = await breakableTrail({ flushSeconds: 3600 })
    good.trail.onEvent(revoked('last'))
    await good.trail.close()
    expect((await good.trail.list()).entries).toHaveLength(1)
    good.trail.onEvent(revoked('late'))
    expect(good.problems).toEqual([
      { dropped: 1, cause: expect.objectContaining({ message: expect.stringContaining('closed') }) },
    ])
    const bad = await breakableTrail({ flushSeconds: 3600 })
    bad.state.broken = true
    bad.trail.onEvent(revoked('last'))
    await expect(bad.trail.close()).rejects.toThrow('1 events of the audit trail were not stored')
  })

  test('a storage in place of its database is refused, and the error says what to pass', () => {
    const storage = sqliteStorage(':memory:')
    for (const wrong of [storage, undefined]) {
      expect(() => auditTrail(wrong as never)).toThrow('of sqliteStorage, pass storage.db')
    }
  })

  test('functions of the host that throw lose one event each, and never a request', async () => {
    const fail = () => {
      throw new Error('broken')
    }
    const { trail, problems } = await breakableTrail({ address: fail })
    expect(() => trail.onEvent(revoked('one'))).not.toThrow()
    expect(problems).toEqual([{ dropped: 1, cause: expect.objectContaining({ message: 'broken' }) }])
    const silent = await breakableTrail({ stores: fail, onError: fail })
    expect(() => silent.trail.onEvent(revoked('one'))).not.toThrow()
  })

  test('ids grow, also within one second and when the clock goes on', async () => {
    const { createIds, firstId } = await import('../src/audit-trail/ids.ts')
    const next = createIds()
    const ids = [1_800_000_000, 1_800_000_000, 1_800_000_000, 1_800_000_001, 4_000_000_000].map(next)
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids.map((id) => id.length))).toEqual(new Set([22]))
    expect(firstId(1_800_000_001) > (ids[2] as string)).toBe(true)
    expect(firstId(1_800_000_001) <= (ids[3] as string)).toBe(true)
  })

  test('the trail works on the connection of sqliteStorage, beside its traffic', async () => {
    const storage = sqliteStorage(':memory:')
    const trail = auditTrail(storage.db, { flushSeconds: 0.01 })
    const world = createQuickWorld({ onEvent: trail.onEvent, storage })
    const client = await registerConfidential(world)
    await Promise.all(Array.from({ length: 20 }, () => getTokens(world, client)))
    await pause(20)
    await trail.close()
    expect((await trail.list({ type: 'tokens.issued' })).entries).toHaveLength(20)
    await storage.close()
  })

  test.each([
    [{ flushSeconds: -1 }, 'flushSeconds'],
    [{ batchSize: 0 }, 'batchSize'],
    [{ queueSize: 1.5 }, 'queueSize'],
    [{ tablePrefix: 'X' }, 'tablePrefix'],
  ])('auditTrail with %j says what to change', (options, name) => {
    const db = new Kysely<object>({ dialect: new SqliteDialect({ database: new Database(':memory:') }) })
    expect(() => auditTrail(db, options)).toThrow(name)
  })

  test('list refuses a limit that would read the whole table', async () => {
    const { trail } = await breakableTrail()
    await expect(trail.list({ limit: 0 })).rejects.toThrow('limit')
    await expect(trail.list({ limit: 100_000 })).rejects.toThrow('limit')
  })
})

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'an event that comes %i turns after the last write began is written, and a flush waits for it',
  async (turns) => {
    const written: string[] = []
    const write = async (rows: readonly string[]): Promise<void> => void written.push(...rows)
    const limits = { queueSize: 10, batchSize: 1, flushSeconds: 0 }
    const later = async (): Promise<void> => {
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    }
    const queue = createQueue<string>({ ...limits, write, isTemporary: () => false, onError: () => undefined })
    queue.add('first')
    await later()
    queue.add('second')
    await pause(20)
    expect(written).toEqual(['first', 'second'])
    queue.add('third')
    await later()
    queue.add('fourth')
    await queue.flush()
    expect(written).toEqual(['first', 'second', 'third', 'fourth'])
  },
)

test('events wait for a table that is not there yet, as while a deployment goes on', async () => {
  const problems: AuditTrailProblem[] = []
  const db = new Kysely<object>({ dialect: new SqliteDialect({ database: new Database(':memory:') }) })
  const trail = auditTrail(db, { flushSeconds: 3600, onError: (problem) => problems.push(problem) })
  for (const grant of ['one', 'two']) trail.onEvent(revoked(grant))
  await expect(trail.flush()).rejects.toThrow('no such table')
  expect(problems.map(({ dropped }) => dropped)).toEqual([0])
  await migrate(db)
  await trail.close()
  expect((await trail.list()).entries.map(({ grantId }) => grantId)).toEqual(['two', 'one'])
  await db.destroy()
})

test('close tries once more what a write that is under way cannot store', async () => {
  const written: string[] = []
  let fail = (): void => undefined
  const first = new Promise<void>((_, reject) => {
    fail = () => reject(new Error('the connection was lost'))
  })
  const attempts: Promise<void>[] = [first]
  const write = async (rows: readonly string[]): Promise<void> => {
    await attempts.shift()
    written.push(...rows)
  }
  const limits = { queueSize: 10, batchSize: 1, flushSeconds: 0 }
  const queue = createQueue<string>({ ...limits, write, isTemporary: () => true, onError: () => undefined })
  queue.add('one')
  queue.add('two')
  await pause(5)
  const closed = queue.close()
  fail()
  await closed
  expect(written).toEqual(['one', 'two'])
})

test.each<readonly [string, () => unknown]>([
  ['a connection string', () => new Error('no answer of postgres://oauth:hunter2-Horse-81@db.internal/oauth')],
  ['values of a statement', () => new Error('insert failed\nparameters: alice,hunter2-Horse-81')],
  ['a cause', () => new Error('the query failed', { cause: new Error('password=hunter2-Horse-81') })],
])('without onError, the console gets no credentials of an error with %s (G33)', async (_name, error) => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => printed.mockRestore())
  const db = new Kysely<object>({ dialect: new SqliteDialect({ database: new Database(':memory:') }) })
  const trail = auditTrail(db, {
    stores: () => {
      throw error()
    },
  })
  for (let event = 0; event < 3; event++) trail.onEvent(revoked('grant-1'))
  await trail.close()
  await db.destroy()
  expect(printed).toHaveBeenCalledOnce()
  expect(printed.mock.lastCall?.[0]).toMatch(/^\[oauth\] audit trail: 1 events were lost: Error: /)
  expect(printed.mock.lastCall?.[0]).not.toContain('hunter2')
})
