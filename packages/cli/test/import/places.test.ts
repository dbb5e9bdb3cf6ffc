import { createProvider } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { expect, test } from 'vitest'
import { readJsonLines } from '../../src/import/read/json-lines.ts'
import { textOf } from '../../src/import/report.ts'
import type { Row } from '../../src/import/row.ts'
import { type ImportSettings, runImport } from '../../src/import/run-import.ts'
import { oidcProvider } from '../../src/import/sources/oidc-provider.ts'

const settings: ImportSettings = {
  ...{ registeredBy: 'server', secretPrefix: undefined, secrets: undefined, withoutSecrets: false, now: 2_000_000_000 },
  ...{ dryRun: false, replace: false, reduced: false },
}

const redirect_uris = ['https://a.example.com/cb']
const client = { client_id: 'a', token_endpoint_auth_method: 'none', scope: 'openid profile', redirect_uris }
const api = 'https://api.example.com'
const files = 'https://files.example.com'

/** A grant of a session, as oidc-provider stores one for each. */
function grant(accountId: string, more: Row): Row {
  return { kind: 'Grant', accountId, clientId: 'a', iat: 1_700_000_000, exp: 2_000_000_001, ...more }
}

/** Imports lines into a new server, and returns what the report says of them. */
async function reportOf(rows: readonly Row[], into = newProvider()) {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  const chunks = (async function* () {
    yield text
  })()
  const report = await runImport(into, oidcProvider, readJsonLines(chunks), settings)
  return { report, text: textOf(report, false) }
}

const newProvider = () =>
  createProvider({
    baseUrl: 'https://id.example.com',
    secret: 'a-secret-of-the-tests-0123456789-abcdef',
    storage: memoryStorage(),
    authentication: { getSession: () => undefined, getUser: () => undefined },
    loginUrl: '/login',
    consentUrl: '/consent',
    logger: false,
  })

test('the report of grants that are put together says the line of the first one, and how many more there are', async () => {
  const { report, text } = await reportOf([
    { client },
    { consent: grant('u', { openid: { scope: 'openid' }, rar: [{ type: 'payment' }] }) },
    { consent: grant('v', { openid: { scope: 'openid' } }) },
    { consent: grant('u', { openid: { scope: 'openid profile' }, rar: [{ type: 'payment' }] }) },
  ])
  expect(report.consents).toMatchObject({ imported: 2 })
  expect(report.findings).toEqual([
    {
      kind: 'consent',
      client_id: 'a',
      place: 'line 2',
      result: 'note',
      text: 'left out, so users are asked again: authorization_details',
      rows: 2,
    },
  ])
  expect(text).toMatch(/^note +consent +a +line 2 and 1 more +left out/m)
})

test('one grant of a user has its own line in the report', async () => {
  const { text } = await reportOf([
    { client },
    { consent: grant('u', { openid: { scope: 'openid' }, rar: [{ type: 'payment' }] }) },
  ])
  expect(text).toMatch(/^note +consent +a +line 2 +left out/m)
})

test('of grants for different resources the newer one counts, and the report says its line and that the older one is left out', async () => {
  const newer = grant('u', { iat: 1_710_000_000, resources: { [api]: 'read', [files]: 'write' } })
  const older = grant('u', { iat: 1_700_000_000, resources: { [api]: 'read' } })
  for (const [rows, line] of [
    [[older, newer], 3],
    [[newer, older], 2],
  ] as const) {
    const { text } = await reportOf([{ client }, ...rows.map((consent) => ({ consent }))])
    expect(text).toMatch(
      new RegExp(
        `^note +consent +a +line ${line} +left out, so users are asked again: read, write, an older consent for other resources$`,
        'm',
      ),
    )
  }
})

test('a consent of an unknown client is refused with the lines that it is from', async () => {
  const { text } = await reportOf([
    { consent: grant('u', { openid: { scope: 'openid' } }) },
    { consent: grant('u', { openid: { scope: 'profile' } }) },
    { consent: grant('v', { openid: { scope: 'openid' } }) },
  ])
  expect(text).toMatch(/^refused +consent +a +line 1 and 2 more /m)
})
