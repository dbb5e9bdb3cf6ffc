import { runCommand } from '@oauth/cli'
import { expect, test } from 'vitest'
import { folderWith, runCli } from './support/run-cli.ts'

test('secret writes a new value with 48 random bytes each time', async () => {
  const place = { directory: folderWith() }
  const runs = await Promise.all([runCli(place, 'secret'), runCli(place, 'secret')])
  for (const { code, output, errors } of runs) {
    expect([code, errors]).toEqual([0, ''])
    expect(output).toMatch(/^[\w-]{64}\n$/)
  }
  expect(runs[0]?.output).not.toBe(runs[1]?.output)
})

test('secret --json writes one document, and --bytes sets the length', async () => {
  const { output } = await runCli({ directory: folderWith() }, 'secret', '--json', '--bytes', '32')
  expect(JSON.parse(output)).toEqual({ secret: expect.stringMatching(/^[\w-]{43}$/) })
})

test('a secret is not written as JSON to a terminal, unless --show-secret asks for it', async () => {
  const written: string[] = []
  const errors: string[] = []
  const io = {
    directory: folderWith(),
    outputIsTerminal: true,
    write: (text: string) => void written.push(text),
    writeError: (text: string) => void errors.push(text),
  }
  for (const args of [['secret'], ['client', 'create'], ['client', 'rotate-secret', 'notes']]) {
    expect(await runCommand([...args, '--json'], io)).toBe(2)
  }
  expect(written).toEqual([])
  expect(errors.join('')).toContain('add --show-secret. Nothing was changed.')
  expect(await runCommand(['secret', '--json', '--show-secret'], io)).toBe(0)
  expect(written.join('')).toMatch(/"secret": "[\w-]{64}"/)
})
