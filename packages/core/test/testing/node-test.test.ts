import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storageContract } from '../../src/testing/storage-contract.ts'
import { packageRoot } from '../support/source.ts'

/** A folder with only the built package, since the contract and `memoryStorage` need no dependency. */
const folder = mkdtempSync(join(tmpdir(), 'oauth-contract-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (file: string, args: readonly string[]) => spawnSync(file, args, { cwd: folder, encoding: 'utf8' })

beforeAll(() => {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const compiler = join(packageRoot, '../../node_modules/.bin/tsc')
  const { stdout, status } = run(compiler, ['-p', join(packageRoot, 'tsconfig.build.json'), '--outDir', 'dist'])
  if (status !== 0) throw new Error(stdout)
})

/** Runs the contract under `node --test`, as the documentation shows, for the storage that this expression makes. */
function nodeTest(name: string, storage: string) {
  writeFileSync(
    join(folder, `${name}.test.js`),
    `import { test } from 'node:test'
     import { memoryStorage } from './dist/memory/index.js'
     import { storageContract } from './dist/testing/index.js'
     for (const { name, run } of storageContract(() => ${storage})) test(name, run)`,
  )
  // NODE_TEST_CONTEXT would tell the process that it is a child of another test run.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['--test', '--test-reporter=tap', `${name}.test.js`]
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env })
  const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1])
  return { stdout, status, passed: count('pass'), failed: count('fail') }
}

describe('the built contract under node --test', () => {
  test('passes every case for memoryStorage', () => {
    const { passed, failed, status, stdout } = nodeTest('memory', 'memoryStorage()')
    expect({ passed, failed, status }, stdout.slice(-2000)).toEqual({
      passed: storageContract(() => ({}) as never).length,
      failed: 0,
      status: 0,
    })
  })

  test('fails for a wrong adapter and tells the verb, the expected and the actual answer', () => {
    const wrong = `{ const storage = memoryStorage(); return { ...storage, grants: { ...storage.grants, revoke: () => true } } }`
    const { failed, status, stdout } = nodeTest('wrong', wrong)
    expect(status).not.toBe(0)
    expect(failed).toBeGreaterThan(0)
    expect(stdout).toContain('not ok')
    expect(stdout).toContain('outcomes of fifty grants.revoke')
    expect(stdout).toMatch(/expected: \{"true":1,"false":49\}/)
    expect(stdout).toMatch(/got: +\{"true":50\}/)
  })
})
