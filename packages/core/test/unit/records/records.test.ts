import type { RecordEntry, Storage } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import type { Context } from '../../../src/contracts/context.ts'
import { compareAndKeep } from '../../../src/records/compare-and-keep.ts'
import { claimOnce } from '../../../src/records/replays.ts'
import { listRecordedClients, recordSessionClient, takeRecordedClient } from '../../../src/records/session-clients.ts'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  refresh,
  registerConfidential,
} from '../../support/client.ts'
import { expectErrorPage } from '../../support/expectations.ts'
import { wrapStorage } from '../../support/storage.ts'
import { createQuickWorld, idOf } from '../../support/tokens.ts'
import { alice } from '../../support/world.ts'

const now = 1000

/** A context with only the members that the functions over records use. */
function contextOn(storage: Storage, issuer = 'https://id.example.com'): Context {
  return { storage, config: { issuer }, clock: { now: () => now } } as unknown as Context
}

const key = { kind: 'kind', id: 'id' }
const record: RecordEntry = { ...key, value: { count: 0 }, version: 1, createdAt: now, expiresAt: now + 10 }
const countUp = (known: RecordEntry) => ({
  ...known,
  value: { count: (known.value as { readonly count: number }).count + 1 },
})

describe('compareAndKeep', () => {
  test('adds a record with one write', async () => {
    const calls: string[] = []
    const storage = wrapStorage(memoryStorage(), (name, _args, run) => {
      calls.push(name)
      return run()
    })
    await compareAndKeep(contextOn(storage), record, countUp)
    expect(calls).toEqual(['records.insert'])
    expect(await storage.records.find(key)).toEqual(record)
  })

  test('changes the stored record, and again when another writer was faster', async () => {
    const plain = memoryStorage()
    let meddled = false
    const storage = wrapStorage(plain, (name, _args, run) => {
      if (name === 'records.replace' && !meddled) {
        meddled = true
        plain.records.replace({ ...record, value: { count: 40 }, version: 2 }, 1)
      }
      return run()
    })
    plain.records.insert(record)
    await compareAndKeep(contextOn(storage), record, countUp)
    expect(await plain.records.find(key)).toEqual({ ...record, value: { count: 41 }, version: 3 })
  })

  test('adds the record when a purge removed the old one in between', async () => {
    const plain = memoryStorage()
    const storage = wrapStorage(plain, (name, _args, run) => {
      if (name === 'records.find') plain.records.take(key)
      return run()
    })
    plain.records.insert({ ...record, value: { count: 7 } })
    await compareAndKeep(contextOn(storage), record, countUp)
    expect(await plain.records.find(key)).toEqual(record)
  })

  test('leaves the stored record when there is nothing to change, and gives up when it keeps changing', async () => {
    const plain = memoryStorage()
    plain.records.insert(record)
    await compareAndKeep(contextOn(plain), { ...record, value: {} }, () => undefined)
    expect(await plain.records.find(key)).toEqual(record)
    const storage = wrapStorage(plain, (name, _args, run) => (name === 'records.replace' ? 'conflict' : run()))
    await expect(compareAndKeep(contextOn(storage), record, countUp)).rejects.toThrow('changes too often')
  })
})

describe('claimOnce', () => {
  test('claimOnce answers true once for each purpose, issuer, client and value', async () => {
    const storage = memoryStorage()
    const ctx = contextOn(storage)
    const claim = { purpose: 'client assertion', clientId: 'client', value: 'jti', refusedFrom: now + 60 }
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => claimOnce(ctx, claim)))
    expect(outcomes.filter((won) => won)).toHaveLength(1)
    expect(await claimOnce(ctx, { ...claim, purpose: 'other' })).toBe(true)
    expect(await claimOnce(ctx, { ...claim, clientId: 'other' })).toBe(true)
    expect(await claimOnce(ctx, { ...claim, value: 'other' })).toBe(true)
    expect(await claimOnce(contextOn(storage, 'https://other.example.com'), claim)).toBe(true)
  })

  test('still refuses a value when its client was deleted and registered again with the same keys', async () => {
    const storage = memoryStorage()
    const claim = { purpose: 'client assertion', clientId: 'client', value: 'jti', refusedFrom: now + 60 }
    await claimOnce(contextOn(storage), claim)
    expect(await storage.records.deleteAll({ clientId: 'client' })).toBe(0)
    expect(await claimOnce(contextOn(storage), claim)).toBe(false)
  })
})

describe('the recorded clients of a session', () => {
  const noted = (clientId: string, expiresAt = now + 100) => ({ sessionId: 's', clientId, userId: 'user', expiresAt })

  test('the recorded clients of a session are all read, page by page, in the order of their ids', async () => {
    const ctx = contextOn(memoryStorage())
    const ids = Array.from({ length: 230 }, (_, index) => `client-${String(index).padStart(3, '0')}`)
    for (const id of ids.toReversed()) await recordSessionClient(ctx, noted(id))
    expect((await listRecordedClients(ctx, 's')).map(({ clientId }) => clientId)).toEqual(ids)
  })

  test('the recorded clients of a session have one record each, whose end only moves forward, also when they are noted at once', async () => {
    const ctx = contextOn(memoryStorage())
    await Promise.all([5, 40, 12, 33].map((seconds) => recordSessionClient(ctx, noted('client', now + seconds))))
    expect(await listRecordedClients(ctx, 's')).toEqual([noted('client', now + 40)])
    await recordSessionClient(ctx, noted('client', now + 7))
    expect(await listRecordedClients(ctx, 's')).toEqual([noted('client', now + 40)])
  })

  test('the recorded clients of a session are taken once, and are not read after their end', async () => {
    const ctx = contextOn(memoryStorage())
    await recordSessionClient(ctx, noted('client'))
    await recordSessionClient(ctx, noted('over', now))
    const [first] = await listRecordedClients(ctx, 's')
    expect(first).toEqual(noted('client'))
    const taken = await Promise.all([1, 2, 3].map(() => takeRecordedClient(ctx, noted('client'))))
    expect(taken.filter((won) => won)).toHaveLength(1)
    expect(await listRecordedClients(ctx, 's')).toEqual([])
  })
})

test('deleting a client deletes its sign-ins in progress, so that a later client with the same id finds none', async () => {
  const world = createQuickWorld()
  const client = await registerConfidential(world)
  const browser = world.browser()
  const { url } = await browser.visit(authorizeUrl(world, client, createPkce()), { user: alice })
  const record = await world.storage.clients.find(client.client_id)
  if (record === undefined) throw new Error('the client is not there')
  await world.provider.deleteClient(client.client_id)
  await world.storage.clients.insert(record)
  await expectErrorPage(await browser.consent(url, true), 400, 'invalid_request')
})

test('the extra data of a refresh token is copied to its successors', async () => {
  const storage = memoryStorage()
  const extra = { colour: 'red' }
  const world = createQuickWorld({
    storage: {
      ...storage,
      authorizationCodes: {
        ...storage.authorizationCodes,
        redeem: ({ refreshToken, ...rest }) =>
          storage.authorizationCodes.redeem({
            ...rest,
            ...(refreshToken && { refreshToken: { ...refreshToken, extra } }),
          }),
      },
    },
  })
  const client = await registerConfidential(world)
  const { body } = await exchangeCode(world, client, await authorize(world, client, { scope: 'offline_access' }))
  let token = body.refresh_token as string
  for (let rotation = 0; rotation < 3; rotation += 1) {
    token = (await refresh(world, client, token)).body.refresh_token as string
    expect((await storage.refreshTokens.find(idOf(token)))?.token.extra).toEqual(extra)
  }
})
