import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../../src/memory/index.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { storageContract } from '../../src/testing/storage-contract.ts'
import { clientRecord } from '../../src/testing/storage-fixtures.ts'

describe('memoryStorage meets the storage contract', () => {
  for (const { name, run } of storageContract(() => memoryStorage())) test(name, run)
})

test('memoryStorage answers at once', () => {
  const storage = memoryStorage()
  expect(storage.clients.insert(clientRecord())).toBe('won')
  expect(storage.clients.find('client')).toEqual(clientRecord())
})

test('two memory storages share nothing', () => {
  memoryStorage().clients.insert(clientRecord())
  expect(memoryStorage().clients.find('client')).toBeUndefined()
})

test('a member named __proto__ is kept as data', () => {
  const storage = memoryStorage()
  const metadata = JSON.parse('{"__proto__":{"skip_consent":true}}')
  const record = clientRecord()
  storage.clients.insert({ ...record, metadata: { ...record.metadata, metadata } })
  const found = storage.clients.find('client')
  if (!found || found instanceof Promise) throw new Error('memoryStorage has to answer at once')
  expect(JSON.stringify(found.metadata.metadata)).toBe('{"__proto__":{"skip_consent":true}}')
  expect(found.metadata.metadata?.skip_consent).toBeUndefined()
})

/** What the port forbids: a check, then a write, with a gap between them. */
function racyStorage(): Storage {
  const storage = memoryStorage()
  const gap = () => new Promise((resolve) => setTimeout(resolve, 1))
  return {
    ...storage,
    clients: {
      ...storage.clients,
      async insert(record) {
        const found = await storage.clients.find(record.id)
        await gap()
        if (found) return 'exists'
        await storage.clients.delete(record.id)
        return storage.clients.insert(record)
      },
    },
    interactions: {
      ...storage.interactions,
      async take(id) {
        const found = await storage.interactions.find(id)
        await gap()
        await storage.interactions.take(id)
        return found !== undefined
      },
    },
    authorizationCodes: {
      ...storage.authorizationCodes,
      async redeem(redemption) {
        const found = await storage.authorizationCodes.find(redemption.id)
        await gap()
        const outcome = await storage.authorizationCodes.redeem(redemption)
        return outcome === 'replayed' && found?.code.consumedAt === undefined ? 'won' : outcome
      },
    },
  }
}

test('the contract refuses an adapter that checks first and writes later', async () => {
  const refused: string[] = []
  for (const { name, run } of storageContract(racyStorage)) await run().catch(() => refused.push(name))
  expect(refused).toEqual([
    'clients.insert is won by one of fifty',
    'interactions.take is won by one of fifty',
    'authorizationCodes.redeem is won by one of fifty',
  ])
})
