import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '@oauth/cli'
import { expect, test } from 'vitest'
import { commands } from '../src/commands.ts'
import { folderWith, runCli } from './support/run-cli.ts'

const nowhere = (): { readonly directory: string } => ({ directory: folderWith() })

test('the help lists every command with its summary, and the exit codes', async () => {
  const { code, output } = await runCli(nowhere(), '--help')
  expect(code).toBe(0)
  for (const { name, summary } of commands)
    expect(output).toMatch(new RegExp(`^ {2}${name} +${summary.slice(0, 20)}`, 'm'))
  expect(output).toContain('Exit codes: 0 done; 1 failed, or something that was checked is wrong; 2 wrong usage.')
})

test('docs/cli.md names every command and every option', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8')
  for (const { name, options } of commands) {
    expect(page, name).toContain(`oauth ${name}`)
    for (const option of Object.keys(options)) expect(page, `${name} --${option}`).toContain(`--${option}`)
  }
})

test('the help of a command has its arguments and options, and needs no provider', async () => {
  for (const args of [
    ['client', 'create', '--help'],
    ['help', 'client', 'create'],
  ]) {
    const { code, output } = await runCli(nowhere(), ...args)
    expect(code).toBe(0)
    expect(output).toMatch(/^Usage: oauth client create \[options\]\n/)
    expect(output).toMatch(/^ {2}--redirect-uri <uri> +where users come back to; may be repeated$/m)
  }
})

test('--version writes the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
  expect(await runCli(nowhere(), '--version')).toEqual({ code: 0, output: `${version}\n`, errors: '' })
})

test.each<[readonly string[], string]>([
  [[], 'A command is missing.'],
  [['frobnicate'], 'There is no command frobnicate.'],
  [['client'], 'A command is missing.'],
  [['client', 'frobnicate'], 'There is no command client frobnicate.'],
  [['client', 'show'], '<client_id> is missing.'],
  [['client', 'show', 'a', 'b'], 'There is one argument too many: b.'],
  [['client', 'list', '--xml'], '--xml'],
  [['client', 'list', '--limit', 'many'], '--limit must be a whole number from 1 to 1000, not many.'],
  [['client', 'list', '--limit', '0'], '--limit must be a whole number from 1 to 1000, not 0.'],
  [['client', 'create', '--public', '--auth-method', 'none'], 'leave one of them out'],
  [['report'], '<standard> is missing: one of oauth2.1, fapi2, mcp.'],
  [['report', 'fapi1'], '<standard> must be one of oauth2.1, fapi2, mcp, not fapi1.'],
  [['grants', 'list'], '--user is missing'],
  [['grants', 'revoke'], 'Name either one grant or'],
  [['grants', 'revoke', 'g', '--client', 'c'], '--client needs --user.'],
  [['grants', 'revoke', 'g'], 'add --yes'],
  [['keys', 'rotate', '--drop-previous', '--activate-after', '1'], 'which act at once'],
  [['keys', 'rotate', '--drop-previous'], 'add --yes'],
  [['migrate'], 'No module exports the database: name it with --storage'],
  [['audit', '--since', 'yesterday'], '--since must be how long ago (30m, 24h, 7d), a date (2026-11-28)'],
  [['audit', '--until', '2026-13-40'], '--until must be how long ago'],
  [['audit', '--outcome', 'odd'], '--outcome must be one of success, refused, failed, not odd.'],
  [['audit', '--limit', '1001'], '--limit must be a whole number from 1 to 1000, not 1001.'],
  [['purge'], 'No module exports the provider: name it with --provider, in package.json'],
])('the arguments %o have the exit code 2, and standard error says what to change', async (args, problem) => {
  let output = ''
  let errors = ''
  const code = await runCommand(args, {
    directory: folderWith(),
    outputIsTerminal: false,
    write: (text) => {
      output += text
    },
    writeError: (text) => {
      errors += text
    },
  })
  expect([code, output]).toEqual([2, ''])
  expect(errors).toContain(problem)
})

test('what an error quotes cannot move the cursor of the terminal', async () => {
  const { code, errors } = await runCli(nowhere(), 'grants', 'list', '--since\u001b[2J', 'x')
  expect(code).toBe(2)
  expect(errors).not.toContain('\u001b')
  const { errors: quoted } = await runCli(nowhere(), 'audit', '--since', '1\u001b[2Jw')
  expect(quoted).toContain('1?[2Jw')
})
