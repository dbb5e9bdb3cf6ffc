import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startFaultyServer, withHeaders } from '../support/faulty-server.ts'
import { folderWith, runCli } from '../support/run-cli.ts'

// A certificate for localhost that the process is told to trust. Its key is public, so it proves nothing elsewhere.
const certificate = join(import.meta.dirname, '../fixtures/localhost-cert.pem')
const tls = {
  cert: readFileSync(certificate, 'utf8'),
  key: readFileSync(join(import.meta.dirname, '../fixtures/localhost-key.pem'), 'utf8'),
}

async function doctor(issuer: string) {
  const place = { directory: folderWith(), env: { NODE_EXTRA_CA_CERTS: certificate } }
  const { code, output } = await runCli(place, 'doctor', issuer, '--json')
  const { findings } = JSON.parse(output) as { findings: readonly { readonly check: string }[] }
  return { code, of: (check: string) => findings.find((one) => one.check === check) }
}

test('over https without HSTS, the doctor warns, and the exit code stays 0', async () => {
  const { code, of } = await doctor(await startFaultyServer(undefined, {}, tls))
  expect(code).toBe(0)
  expect(of('transport.https')).toMatchObject({ rating: 'ok', found: 'the issuer is an https URL' })
  expect(of('transport.hsts')).toMatchObject({ rating: 'warn', found: 'there is no Strict-Transport-Security' })
})

test.each([
  ['max-age=3600', 'warn'],
  ['max-age=31536000; includeSubDomains', 'ok'],
])('Strict-Transport-Security: %s is %s', async (value, rating) => {
  const fault = (answer: Response) => withHeaders(answer, { 'strict-transport-security': value })
  expect((await doctor(await startFaultyServer(fault, {}, tls))).of('transport.hsts')).toMatchObject({ rating })
})

test('a certificate that nobody trusts is no answer, and the finding says why', async () => {
  const issuer = await startFaultyServer(undefined, {}, tls)
  const { code, output } = await runCli({ directory: folderWith() }, 'doctor', issuer)
  expect([code, output]).toEqual([1, expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT')])
})
