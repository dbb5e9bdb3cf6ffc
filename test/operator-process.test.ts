import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The packages whose tests run processes have the loader of TypeScript.
const tsx = createRequire(resolve(import.meta.dirname, '../packages/kysely/package.json')).resolve('tsx')
const bin = resolve(import.meta.dirname, '../packages/operator/src/bin.ts')
const provider = (findings: string): string =>
  `export const provider = { issuer: 'https://id.example.com', async *conformanceReport() { ${findings} } }`
const finding = "yield { rule: 'r', requirement: 'It is.', section: 's', subject: 'server', status: 'met' }"
const soon = 'await new Promise((resolve) => setTimeout(resolve, 500))'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'operator-'))
})
afterAll(() => rm(directory, { recursive: true }))

/** Runs the command in a process of its own for a module with this text. */
async function run(text: string): Promise<{ readonly code: number; readonly errors: string }> {
  await writeFile(join(directory, 'module.mjs'), text)
  const args = [
    '-C',
    'development',
    '--import',
    pathToFileURL(tsx).href,
    bin,
    'report',
    'oauth2.1',
    './module.mjs',
    '--json',
  ]
  return new Promise((done) => {
    const child = execFile(process.execPath, args, { cwd: directory }, (_error, _output, errors) =>
      done({ code: child.exitCode ?? -1, errors }),
    )
  })
}

test('a module that keeps timers does not keep the process alive', async () => {
  expect(await run(`setInterval(() => {}, 1000); ${provider(finding)}`)).toEqual({ code: 0, errors: '' })
})

test.each<[string, string, string]>([
  ['that ends the process', 'process.exit(0)', 'The module ended the process'],
  ['that never finishes loading', 'await new Promise(() => {})', 'waited for something that never came'],
  ['whose report never comes', provider('await new Promise(() => {})'), 'waited for something that never came'],
  [
    'that throws while the report is made',
    `setTimeout(() => { throw new Error('late') }, 20); ${provider(`${soon}; ${finding}`)}`,
    'Error: late',
  ],
  [
    'with a rejection that nobody handles',
    `Promise.reject(new Error('nobody')); ${provider(`${soon}; ${finding}`)}`,
    'Error: nobody',
  ],
])('a module %s gives the exit code 2, and standard error says why', async (_, text, why) => {
  const { code, errors } = await run(text)
  expect([code, errors]).toEqual([2, expect.stringContaining(why)])
})
