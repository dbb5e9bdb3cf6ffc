import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CommandIo, runCommand } from '@oauth/operator'
import { describe, expect, onTestFinished, test } from 'vitest'

async function run(...args: readonly string[]) {
  let output = ''
  let errors = ''
  const io: CommandIo = {
    directory: import.meta.dirname,
    write: (text) => {
      output += text
    },
    writeError: (text) => {
      errors += text
    },
  }
  const code = await runCommand(args, io)
  return { code, output, errors }
}

describe('oauth report', () => {
  test('the text names what is not met and what to change, and the exit code is 1', async () => {
    const { code, output, errors } = await run('report', 'fapi2', './provider.ts')
    expect([code, errors]).toEqual([1, ''])
    expect(output).toMatch(/^FAPI 2\.0: https:\/\/id\.example\.com\/auth\n\nServer\n/)
    expect(output).toContain('not met     Clients can push their authorization requests. (fapi2-pushed-requests)')
    expect(output).toContain('change: add the feature pushedAuthorizationRequests()')
    expect(output).toContain('\nDeployment\n')
    expect(output).toContain('\nClient notes\n')
    expect(output).toMatch(/\n\d+ met, \d+ not met, \d+ cannot be told by the server\. Clients: 1\.\n$/)
    expect(output).not.toMatch(/^ {2}met /m)
  })

  test('a server that meets every rule has the exit code 0, and --all writes what is met', async () => {
    const { code, output } = await run('report', 'oauth2.1', './provider.ts', '--all')
    expect(code).toBe(0)
    expect(output).toMatch(/^ {2}met {9}Clients that register themselves must use PKCE\./m)
    expect(output).not.toContain('not met  ')
  })

  test('--json writes one document with every finding and the summary', async () => {
    const { code, output } = await run('report', 'fapi2', './provider.ts', '--json')
    const report = JSON.parse(output)
    expect([code, report.issuer, report.standard]).toEqual([1, 'https://id.example.com/auth', 'fapi2'])
    const { met, notMet, cannotTell, clients } = report.summary
    expect([met + notMet + cannotTell, clients]).toEqual([report.findings.length, 1])
    expect(report.findings.some(({ clientId }: { clientId?: string }) => clientId === 'notes')).toBe(true)
  })

  test('--no-clients leaves the clients out', async () => {
    const { output } = await run('report', 'fapi2', './provider.ts', '--json', '--no-clients')
    expect(JSON.parse(output).summary.clients).toBe(0)
  })

  test('--export takes a function that returns a provider, and no text moves the cursor of the terminal', async () => {
    const { code, output } = await run('report', 'mcp', './provider.ts', '--export', 'later')
    expect(code).toBe(0)
    expect(output).toContain('Client a?[2Jb\n')
    expect(output).toContain('found: x??\n')
  })

  test.each([
    [[], 'A command is missing.'],
    [['purge'], 'There is no command purge.'],
    [['report'], 'The standard is one of oauth2.1, fapi2, mcp, not nothing.'],
    [['report', 'fapi1', './provider.ts'], 'not fapi1.'],
    [['report', 'fapi2'], 'The module that exports the provider is missing.'],
    [['report', 'fapi2', './provider.ts', 'more'], 'What is more?'],
    [['report', 'fapi2', './provider.ts', '--xml'], '--xml'],
  ])('the arguments %o have the exit code 2 and the usage', async (args, problem) => {
    const { code, output, errors } = await run(...args)
    expect([code, output]).toEqual([2, ''])
    expect(errors).toContain(problem)
    expect(errors).toContain('Usage: oauth report')
  })

  test.each([
    [['./absent.js'], './absent.js cannot be loaded: there is no file /'],
    [['./provider.ts', '--export', 'nothing'], 'does not export a provider as nothing'],
    [['./provider.ts', '--export', 'withoutReport'], 'add it to features'],
  ])('what cannot be rated (%o) has the exit code 2 and says why', async (args, problem) => {
    const { code, output, errors } = await run('report', 'fapi2', ...args)
    expect([code, output]).toEqual([2, ''])
    expect(errors).toContain(problem)
  })

  test('a module that throws shows its own error, and one that Node cannot read the advice for TypeScript', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oauth-operator-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const say = async (name: string, code: string): Promise<string> => {
      writeFileSync(join(folder, name), code)
      return (await run('report', 'fapi2', join(folder, name))).errors
    }
    expect(await say('throws.ts', "throw new Error('DATABASE is not set')")).toMatch(/: DATABASE is not set\n$/)
    expect(await say('imports.ts', "import './absent.js'")).toContain("NODE_OPTIONS='--import tsx'")
  })

  test('--help prints the usage', async () => {
    const { code, output } = await run('--help')
    expect([code, output.startsWith('Usage: oauth report')]).toEqual([0, true])
  })
})
