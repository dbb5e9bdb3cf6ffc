import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../../../src/memory/index.ts'
import { storageContract } from '../../../src/testing/storage-contract.ts'
import { clientRecord } from '../../../src/testing/storage-fixtures.ts'

describe('memoryStorage meets the storage contract', () => {
  for (const { name, run } of storageContract(() => memoryStorage())) test(name, run)
})

test('memoryStorage answers with values, not promises', () => {
  const storage = memoryStorage()
  expect(storage.clients.insert(clientRecord())).toBe('won')
  expect(storage.clients.find('client')).toEqual(clientRecord())
})

test('two memory storages share nothing', () => {
  memoryStorage().clients.insert(clientRecord())
  expect(memoryStorage().clients.find('client')).toBeUndefined()
})

test('memoryStorage stores a member named __proto__ as data', () => {
  const storage = memoryStorage()
  const metadata = JSON.parse('{"__proto__":{"skip_consent":true}}')
  const record = clientRecord()
  storage.clients.insert({ ...record, metadata: { ...record.metadata, metadata } })
  const found = storage.clients.find('client')
  if (!found || found instanceof Promise) throw new Error('memoryStorage has to answer at once')
  expect(JSON.stringify(found.metadata.metadata)).toBe('{"__proto__":{"skip_consent":true}}')
  expect(found.metadata.metadata?.skip_consent).toBeUndefined()
})
