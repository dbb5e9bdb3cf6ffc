import { storageContract } from '@oauth/core/testing'
import { describe, expect, test } from 'vitest'
import { inProcessStore } from '../src/in-process.ts'
import type { KeyValueStore } from '../src/key-value.ts'
import { batchStorage } from '../src/storage.ts'

describe('batchStorage meets the storage contract', () => {
  for (const { name, run } of storageContract(() => batchStorage(inProcessStore()))) test(name, run)
})

/** Returns the names of the cases that a faulty store does not pass. */
async function failures(fault: (store: KeyValueStore) => KeyValueStore): Promise<readonly string[]> {
  const failed: string[] = []
  for (const { name, run } of storageContract(() => batchStorage(fault(inProcessStore())))) {
    await run().catch(() => failed.push(name))
  }
  return failed
}

test('without the conditions of its batches the storage fails every race of the contract', async () => {
  const failed = await failures((store) => ({ ...store, batch: (_conditions, writes) => store.batch([], writes) }))
  for (const name of [
    'grants.commit that takes one record is won by exactly one of fifty concurrent callers, who stores a grant, a code and a consent',
    'records.insert of one id is won by exactly one of fifty concurrent callers',
    'records.replace of one version is won by exactly one of fifty concurrent callers',
    'records.take of one record is won by exactly one of fifty concurrent callers',
  ]) {
    expect(failed).toContain(name)
  }
  expect(failed.some((name) => name.startsWith('authorizationCodes.redeem'))).toBe(true)
  expect(failed.some((name) => name.startsWith('refreshTokens.rotate'))).toBe(true)
}, 60_000)
