import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryStorage } from '../../../core/src/memory/index.ts'
import { storageContract } from '../../../core/src/testing/storage-contract.ts'
import { prepareWorker, serveWorker, type Workerd } from './serve-worker.ts'

const folder = mkdtempSync(join(tmpdir(), 'oauth-workerd-'))
let workerd: Workerd

beforeAll(async () => {
  await prepareWorker(folder)
  workerd = await serveWorker(folder)
}, 60_000)

afterAll(async () => {
  await workerd?.end('SIGTERM')
  rmSync(folder, { recursive: true, force: true })
})

describe.each([
  ['durableObjectStorage inside its object', 'inside'],
  ['d1Storage', 'd1'],
])('%s meets the storage contract on workerd', (_, kind) => {
  // The cases run inside workerd; here they have their names.
  storageContract(() => memoryStorage()).forEach(({ name }, index) => {
    test(name, () => pass(kind, index))
  })
})

describe('durableObjectStorage called from outside its object meets the requirements for concurrent callers', () => {
  storageContract(() => memoryStorage()).forEach(({ name }, index) => {
    if (/fifty|concurrent/.test(name)) test(name, () => pass('outside', index))
  })
})

async function pass(kind: string, index: number): Promise<void> {
  const response = await fetch(`${workerd.url}/${kind}/${index}/x`)
  expect(await response.text()).toBe('ok')
}
