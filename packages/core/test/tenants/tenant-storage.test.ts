import type { Storage } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { tenantStorage } from '@oauth/core/tenants'
import { storageContract } from '@oauth/core/testing'
import { describe, expect, test } from 'vitest'
import { clientRecord, consentRecord, grantRecord, now, recordEntry } from '../../src/testing/storage-fixtures.ts'
import { wrapStorage } from '../support/storage.ts'
import { besideLookAlikes, fillWithLookAlikes } from './look-alikes.ts'

describe('the storage of a tenant in memoryStorage, beside tenants with the same ids, meets the storage contract', () => {
  const checks: (() => Promise<readonly [unknown, unknown]>)[] = []
  const cases = storageContract(async () => {
    const { storage, check } = await besideLookAlikes(memoryStorage(), tenantStorage)
    checks.push(check)
    return storage
  })
  for (const { name, run } of cases) {
    test(name, async () => {
      await run()
      const [before, after] = (await checks.pop()?.()) ?? []
      expect(after).toEqual(before)
    })
  }
})

/** All verbs of a storage, as `store.verb`. */
function verbsOf(storage: Storage): readonly string[] {
  return Object.entries(storage)
    .flatMap(([name, member]) => {
      if (typeof member === 'function') return [name]
      return typeof member === 'object' ? Object.keys(member).map((verb) => `${name}.${verb}`) : []
    })
    .sort()
}

describe('tenantStorage', () => {
  test('tenantStorage has every verb of the port, so that none reaches the shared storage untranslated', () => {
    const port = verbsOf(memoryStorage()).filter((verb) => !verb.startsWith('ranges.'))
    expect(verbsOf(tenantStorage(memoryStorage(), 'acme'))).toEqual(port)
  })

  test('every id that a tenant passes to the shared storage begins with the id of the tenant', async () => {
    const passed: string[] = []
    const shared = wrapStorage(memoryStorage(), (verb, args, run) => {
      passed.push(`${verb} ${JSON.stringify(args)}`)
      return run()
    })
    const storage = tenantStorage(shared, 'acme')
    await fillWithLookAlikes(storage)
    await storage.grants.revokeAll({ userId: 'user', clientId: 'client', sessionId: 'session', now })
    await storage.records.deleteAll({ userId: 'user' })
    await storage.consents.deleteAll({ clientId: 'client' })
    expect(passed.length).toBeGreaterThan(100)
    // A member that names something and does not begin with the tenant. The id of a record is unique within its kind.
    const names = '(?:clientId|userId|sessionId|grantId|ownerId|jti|kind|algorithm|successorId|predecessorId)'
    const leak = new RegExp(`"${names}":"(?!acme:)`)
    expect(passed.filter((call) => leak.test(call))).toEqual([])
    const plain = passed.filter((call) => !call.startsWith('records.') && /"id":"(?!acme:)/.test(call))
    expect(plain).toEqual([])
  })

  test('a shared storage that answers with a row of another tenant makes the verb fail', async () => {
    const shared = memoryStorage()
    await tenantStorage(shared, 'globex').clients.insert(clientRecord())
    const faulty: Storage = {
      ...shared,
      clients: { ...shared.clients, find: () => shared.clients.find('globex:client') },
    }
    expect(() => tenantStorage(faulty, 'acme').clients.find('client')).toThrow('a row of another tenant')
  })

  test('a name that contains the separator stays inside its tenant', async () => {
    const shared = memoryStorage()
    const [acme, globex] = [tenantStorage(shared, 'acme'), tenantStorage(shared, 'globex')]
    await globex.clients.insert(clientRecord({ id: 'secret' }))
    for (const id of ['globex:secret', ':secret', '../globex:secret', 'acme:secret', '']) {
      expect(await acme.clients.find(id)).toBeUndefined()
      expect(await acme.clients.delete(id)).toBe(false)
    }
    expect((await globex.clients.find('secret'))?.id).toBe('secret')
  })

  test.each(['', 'ACME', 'a:b', 'a/b', '-a', 'a-', '.', 'a b', 'é', 'a\n', 'a'.repeat(64), 'a\0'])(
    'the text %j is no id of a tenant',
    (tenant) => {
      expect(() => tenantStorage(memoryStorage(), tenant)).toThrow('tenant: the id must be')
    },
  )

  test('a storage without ranges cannot be shared, and neither can the storage of a tenant', () => {
    const { ranges: _, ...without } = memoryStorage()
    expect(() => tenantStorage(without, 'acme')).toThrow('it has no ranges')
    expect(() => tenantStorage(tenantStorage(memoryStorage(), 'acme'), 'inner')).toThrow('it has no ranges')
  })

  test('the purge of a tenant removes expired rows of all tenants, and unused clients of this tenant alone', async () => {
    const shared = memoryStorage()
    const [acme, globex] = [tenantStorage(shared, 'acme'), tenantStorage(shared, 'globex')]
    for (const storage of [acme, globex]) {
      await storage.records.insert(recordEntry({ expiresAt: 1 }))
      await storage.clients.insert(clientRecord({ registrationTokenHash: 'hash', createdAt: 1 }))
    }
    expect(await acme.purgeExpired({ now, limit: 10, unusedClientsBefore: now })).toBe(3)
    expect(await acme.clients.find('client')).toBeUndefined()
    expect(await globex.clients.find('client')).toBeDefined()
  })

  test('the same user and client in two tenants have consents and grants of their own', async () => {
    const shared = memoryStorage()
    const [acme, globex] = [tenantStorage(shared, 'acme'), tenantStorage(shared, 'globex')]
    for (const storage of [acme, globex]) {
      await storage.consents.remember(consentRecord())
      await storage.grants.commit({ grant: grantRecord() })
    }
    expect(await acme.grants.revokeAll({ userId: 'user', now })).toBe(1)
    expect(await acme.consents.deleteAll({ clientId: 'client' })).toBe(1)
    expect((await globex.grants.find('grant'))?.revokedAt).toBeUndefined()
    expect(await globex.consents.find({ clientId: 'client', userId: 'user' })).toEqual(consentRecord())
  })
})
