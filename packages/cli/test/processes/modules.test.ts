import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bundles } from '../support/bundles.ts'
import { startHost } from '../support/host.ts'
import { folderWith, runCli } from '../support/run-cli.ts'

const reporting = (findings: string): string =>
  `export const provider = { issuer: 'https://id.example.com', async *conformanceReport() { ${findings} } }`
const finding = "yield { rule: 'r', requirement: 'It is.', section: 's', subject: 'server', status: 'met' }"
const soon = 'await new Promise((resolve) => setTimeout(resolve, 500))'

/** Runs a report with a module of this text. */
function withModule(text: string, name = 'oauth.config.mjs') {
  return runCli({ directory: folderWith({ [name]: text }) }, 'report', 'oauth2.1', '--json')
}

test('a module that keeps timers does not keep the process alive', async () => {
  const { code, errors } = await withModule(`setInterval(() => {}, 1000); ${reporting(finding)}`)
  expect([code, errors]).toEqual([0, ''])
})

test.each<[string, string, string]>([
  ['that ends the process', 'process.exit(0)', 'The module ended the process'],
  ['that never finishes loading', 'await new Promise(() => {})', 'waited for something that never came'],
  ['whose report never comes', reporting('await new Promise(() => {})'), 'waited for something that never came'],
  [
    'that throws while the report is made',
    `setTimeout(() => { throw new Error('late') }, 20); ${reporting(`${soon}; ${finding}`)}`,
    'Error: late',
  ],
  [
    'with a rejection that nobody handles',
    `Promise.reject(new Error('nobody')); ${reporting(`${soon}; ${finding}`)}`,
    'Error: nobody',
  ],
  ['that throws', "throw new Error('DATABASE is not set')", 'oauth.config.mjs cannot be loaded: DATABASE is not set'],
  ['without a provider', 'export const provider = 1', 'does not export a provider as provider or tenants or default'],
])('a module %s gives the exit code 1, and standard error says why', async (_, text, why) => {
  const { code, errors } = await withModule(text)
  expect([code, errors]).toEqual([1, expect.stringContaining(why)])
})

test('the storage that the module exports is closed before the process ends', async () => {
  const close = "export const storage = { close: async () => { process.stderr.write('closed\\n') } }"
  expect((await withModule(`${close}; ${reporting(finding)}`)).errors).toBe('closed\n')
  const destroy = "export const db = { destroy: async () => { process.stderr.write('destroyed\\n') } }"
  expect((await withModule(`${destroy}; ${reporting(finding)}`)).errors).toBe('destroyed\n')
})

test('a storage that never closes does not keep the process alive', async () => {
  const { code } = await withModule(`export const db = { destroy: () => new Promise(() => {}) }; ${reporting(finding)}`)
  expect(code).toBe(0)
})

test('--provider and --export name another module and export, which may be a function or a promise', async () => {
  const { directory, env } = await startHost()
  const place = { directory, env }
  expect((await runCli(place, 'client', 'list', '--export', 'withoutReport')).code).toBe(0)
  expect((await runCli(place, 'client', 'list', '--provider', (await bundles()).provider)).code).toBe(0)
  const wrong = await runCli(place, 'client', 'list', '--export', 'nothing')
  expect([wrong.code, wrong.errors]).toEqual([1, expect.stringContaining('does not export a provider as nothing')])
  const absent = await runCli(place, 'client', 'list', '--provider', './absent.ts')
  expect([absent.code, absent.errors]).toEqual([1, expect.stringMatching(/^there is no file \/.*absent\.ts: correct/)])
})

test('the project is found from a folder below it, and two configuration files are refused', async () => {
  const directory = folderWith({ 'oauth.config.mjs': reporting(finding) })
  const below = join(directory, 'src')
  const { mkdirSync, writeFileSync } = await import('node:fs')
  mkdirSync(below)
  expect((await runCli({ directory: below }, 'report', 'mcp')).code).toBe(0)
  writeFileSync(join(directory, 'oauth.config.js'), '')
  const { code, errors } = await runCli({ directory: below }, 'report', 'mcp')
  expect([code, errors]).toEqual([2, expect.stringContaining('has oauth.config.js and oauth.config.mjs')])
})

test.each([
  ['{', 'is no JSON'],
  ['{ "oauth": { "module": "./a.js" } }', 'oauth.module must be one of provider, envFile'],
  ['{ "oauth": { "provider": 1 } }', 'oauth.provider must be one of provider, envFile, with a path as its value'],
])('a package.json with %s has the exit code 1 and says what to change', async (text, problem) => {
  const { code, errors } = await runCli({ directory: folderWith({ 'package.json': text }) }, 'purge')
  expect([code, errors]).toEqual([1, expect.stringContaining(problem)])
})

test('--env sets variables before the module loads, those that are set stay, and a missing file is an error', async () => {
  const module = "process.stderr.write(String(process.env.OAUTH_SECRET) + '\\n'); export const provider = 1"
  const directory = folderWith({ 'oauth.config.mjs': module, '.env': 'OAUTH_SECRET=from-the-file' })
  const first = await runCli({ directory }, 'purge', '--env', '.env')
  expect(first.errors).toMatch(/^from-the-file\n/)
  const second = await runCli({ directory, env: { OAUTH_SECRET: 'set' } }, 'purge', '--env', '.env')
  expect(second.errors).toMatch(/^set\n/)
  const third = await runCli({ directory }, 'purge', '--env', 'absent.env')
  expect([third.code, third.errors]).toEqual([1, expect.stringContaining('--env absent.env cannot be read')])
})
