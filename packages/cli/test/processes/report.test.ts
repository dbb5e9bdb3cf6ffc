import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startHost } from '../support/host.ts'

test('the text of a report names what is not met and what to change, and the exit code is 1', async () => {
  const host = await startHost()
  await host.json('client', 'create', '--id', 'notes', '--redirect-uri', 'https://notes.example.com/callback')
  const { code, output, errors } = await host.run('report', 'fapi2')
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
  const { code, output } = await (await startHost()).run('report', 'oauth2.1', '--all')
  expect(code).toBe(0)
  expect(output).toMatch(/^ {2}met {9}Clients that register themselves must use PKCE\./m)
  expect(output).not.toContain('not met  ')
})

test('report --json writes one document with every finding and the summary; --no-clients leaves clients out', async () => {
  const host = await startHost()
  await host.json('client', 'create', '--id', 'notes', '--redirect-uri', 'https://notes.example.com/callback')
  const { code, output } = await host.run('report', 'fapi2', '--json')
  const report = JSON.parse(output)
  expect([code, report.issuer, report.standard]).toEqual([1, 'https://id.example.com/auth', 'fapi2'])
  const { met, notMet, cannotTell, clients } = report.summary
  expect([met + notMet + cannotTell, clients]).toEqual([report.findings.length, 1])
  expect(report.findings.some(({ clientId }: { clientId?: string }) => clientId === 'notes')).toBe(true)
  const server = JSON.parse((await host.run('report', 'fapi2', '--json', '--no-clients')).output)
  expect(server.summary.clients).toBe(0)
})

test('a report of a provider without the feature has the exit code 1 and writes the lines to add', async () => {
  const { code, output, errors } = await (await startHost()).run('report', 'fapi2', '--export', 'withoutReport')
  expect([code, output]).toEqual([1, ''])
  expect(errors).toMatch(/Add two lines to \S+provider\.mjs:\n/)
  const lines = errors.split('\n').map((line) => line.trim())
  // The module of the tests has these two lines, and there the command works.
  const working = readFileSync(join(import.meta.dirname, '../host/provider.ts'), 'utf8')
  expect(lines).toContain("import { conformanceReport } from '@oauth/core/features/conformance-report'")
  expect(lines).toContain('features: [conformanceReport()],')
  expect(working).toContain("import { conformanceReport } from '@oauth/core/features/conformance-report'")
  expect(working).toContain('features: [conformanceReport()]')
})
