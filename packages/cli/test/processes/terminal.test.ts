import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith } from '../support/run-cli.ts'
import { keys, runAtTerminal } from '../support/terminal.ts'

const manifest = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

test('at a terminal, init asks three questions, Enter takes the defaults, and no secret is on the screen', async () => {
  const directory = folderWith()
  const { code, screen } = await runAtTerminal(
    { directory },
    ['init', 'server'],
    [
      ['[hono] ', keys.enter],
      ['[sqlite] ', keys.enter],
      ['[yes] ', keys.enter],
    ],
  )
  expect({ code, screen }).toEqual({ code: 0, screen: expect.stringContaining('npm start') })
  const secrets = readFileSync(join(directory, 'server/.env'), 'utf8').matchAll(
    /^(?:OAUTH_SECRET|DEMO_PASSWORD)=(.+)$/gm,
  )
  const values = [...secrets].map(([, value = '']) => value)
  expect(values.length).toBe(2)
  for (const value of values) expect(screen).not.toContain(value)
})

test('at a terminal, an answer can be edited with the arrow keys before Enter, and a wrong one is asked for again', async () => {
  const directory = folderWith()
  const { code } = await runAtTerminal(
    { directory },
    ['init', '--pages', 'no'],
    [
      ['[hono] ', `koa${keys.enter}`],
      ['[hono] ', `xprsss${keys.backspace}${keys.left.repeat(2)}e${keys.home}e${keys.enter}`],
      ['[sqlite] ', `memory${keys.enter}`],
    ],
  )
  expect(code).toBe(0)
  expect(Object.keys(manifest(directory).dependencies)).toContain('express')
  expect(Object.keys(manifest(directory).dependencies)).not.toContain('better-sqlite3')
})

test('at a terminal, init offers the databases that fit Workers, and Enter takes a Durable Object', async () => {
  const directory = folderWith()
  const typed = [
    ['[hono] ', `workers${keys.enter}`],
    ['[durable-object] ', keys.enter],
  ] as const
  const { code, screen } = await runAtTerminal({ directory }, ['init', '--pages', 'no'], typed)
  expect([code, screen]).toEqual([0, expect.stringContaining('database (durable-object, d1) [')])
  expect(readFileSync(join(directory, 'src/storage.ts'), 'utf8')).toContain('durableObjectStorage')
})

test.each([
  ['Ctrl-C', keys.controlC],
  ['Ctrl-D', keys.controlD],
])('at a terminal, %s at a question of init ends the command, says so, and writes nothing', async (_name, key) => {
  const directory = folderWith()
  const { code, screen } = await runAtTerminal(
    { directory },
    ['init'],
    [
      ['[hono] ', keys.enter],
      ['[sqlite] ', key],
    ],
  )
  expect([code, screen]).toEqual([1, expect.stringContaining('Nobody answered the question, so nothing was changed.')])
  expect(readdirSync(directory)).toEqual([])
})

test('at a terminal, a secret as JSON is refused before it is made', async () => {
  const directory = folderWith()
  const { code, screen } = await runAtTerminal({ directory }, ['secret', '--json'], [])
  expect([code, screen]).toEqual([2, expect.stringContaining('--show-secret')])
  expect(screen).not.toMatch(/[\w-]{40}/)
})
