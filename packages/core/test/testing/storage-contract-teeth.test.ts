import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../../src/memory/index.ts'
import { storageContract } from '../../src/testing/storage-contract.ts'
import type { Mutant } from './mutant.ts'
import { misspeakingAdapters } from './mutants-outcomes.ts'
import { racyAdapters } from './mutants-races.ts'
import { leakingAdapters } from './mutants-ranges.ts'
import { lossyAdapters } from './mutants-records.ts'
import { collatingAdapters, cuttingAdapters } from './mutants-text.ts'
import { halfWritingAdapters } from './mutants-writes.ts'

/** Returns the name and error of the first failing case that names the faulty verb, or `undefined` without one. */
async function refusalOf({ verb, mutate }: Mutant): Promise<string | undefined> {
  for (const { name, run } of storageContract(() => mutate(memoryStorage()))) {
    const said = await run().then(
      () => undefined,
      (error: Error) => `${name}: ${error.message}`,
    )
    if (said?.includes(verb)) return said
  }
  return undefined
}

function refuses(mutants: readonly Mutant[]): void {
  test.each(mutants.map((one) => [one.verb, one.fault, one] as const))('%s %s', async (_verb, _fault, one) => {
    expect(await refusalOf(one)).toBeDefined()
  })
}

describe('the storage contract refuses an adapter with a race', () => refuses(racyAdapters))
describe('the storage contract refuses an adapter with a collation', () => refuses(collatingAdapters))
describe('the storage contract refuses an adapter that cuts text', () => refuses(cuttingAdapters))
describe('the storage contract refuses an adapter with wrong answers', () => refuses(misspeakingAdapters))
describe('the storage contract refuses an adapter that writes in parts', () => refuses(halfWritingAdapters))
describe('the storage contract refuses an adapter that loses something', () => refuses(lossyAdapters))
describe('the storage contract refuses an adapter that leaks from one range into another', () =>
  refuses(leakingAdapters))
