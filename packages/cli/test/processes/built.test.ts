import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CliRun, folderWith, runProcess } from '../support/run-cli.ts'

// The package as it is published: JavaScript, without a loader of TypeScript around it.
const root = join(import.meta.dirname, '../..')
const place = join(root, 'node_modules/.built')

beforeAll(() => {
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place)
  copyFileSync(join(root, 'package.json'), join(place, 'package.json'))
  symlinkSync(join(root, 'templates'), join(place, 'templates'))
  const tsc = join(root, '../../node_modules/.bin/tsc')
  execFileSync(tsc, ['-p', join(root, 'tsconfig.build.json'), '--outDir', join(place, 'dist')])
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

const run = (directory: string, ...args: readonly string[]): Promise<CliRun> =>
  runProcess({ directory }, [join(place, 'dist/bin.js'), ...args])

test('the built command line writes its version and a secret', async () => {
  expect((await run(folderWith(), '--version')).output).toMatch(/^\d+\.\d+\.\d+/)
  expect(await run(folderWith(), 'secret')).toMatchObject({ code: 0, output: expect.stringMatching(/^[\w-]{64}\n$/) })
})

test('the built command line loads a provider in TypeScript through the tsx that is installed beside it', async () => {
  const { code, output, errors } = await run(
    folderWith(),
    'client',
    'list',
    '--json',
    '--provider',
    join(root, 'test/host/provider.ts'),
  )
  expect({ code, output: JSON.parse(output), errors }).toEqual({ code: 0, output: { clients: [] }, errors: '' })
})

test('a provider in TypeScript where nothing reads it has the exit code 1, and the text says what to install', async () => {
  const folder = folderWith({ 'oauth.config.ts': 'export const provider: object = {}' })
  const { code, errors } = await run(folder, 'client', 'list')
  // A Node that reads TypeScript gets as far as the export.
  const { typescript } = process.features as { readonly typescript?: string | false }
  const why = typescript ? 'does not export a provider' : 'install tsx beside it (npm install --save-dev tsx)'
  expect([code, errors]).toEqual([1, expect.stringContaining(why)])
})
