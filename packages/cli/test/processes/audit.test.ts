import { createProvider } from '@oauth/core'
import { auditTrail } from '@oauth/kysely/audit-trail'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { expect, test } from 'vitest'
import { type Host, startHost } from '../support/host.ts'

interface Entry {
  readonly id: string
  readonly type: string
  readonly clientId?: string
  readonly userId?: string
  readonly occurredAt: number
}

interface Page {
  readonly entries: readonly Entry[]
  readonly next?: string
}

const audit = async (host: Host, ...options: readonly string[]) =>
  (await host.json('audit', ...options)) as unknown as Page
const typesOf = ({ entries }: Page): readonly string[] => entries.map(({ type }) => type)

/** A host whose server has written a trail: a machine that got a token, one with a wrong secret, and three ended grants. */
async function auditedHost() {
  const host = await startHost()
  const storage = sqliteStorage(host.env.DATABASE ?? '')
  const trail = auditTrail(storage.db)
  const provider = createProvider({
    baseUrl: 'https://id.example.com',
    secret: 'a-secret-for-tests-with-enough-characters',
    storage,
    authentication: { getSession: () => undefined, getUser: () => undefined },
    accessTokenSigningAlgorithm: 'ES256',
    idTokenSigningAlgorithm: 'ES256',
    loginUrl: '/login',
    consentUrl: '/consent',
    logger: false,
    onEvent: trail.onEvent,
  })
  const { client_secret = '' } = await provider.registerClient({
    client_id: 'machine',
    grant_types: ['client_credentials'],
  })
  const request = async (secret: string) => {
    const form = { grant_type: 'client_credentials', client_id: 'machine', client_secret: secret }
    const body = new URLSearchParams(form)
    const url = 'https://id.example.com/auth/oauth2/token'
    return (await provider.fetch(new Request(url, { method: 'POST', body }))).json() as Promise<{
      access_token?: string
    }>
  }
  const { access_token = '' } = await request(client_secret)
  await request('wrong-secret-0123456789')
  for (const grantId of ['g1', 'g2', 'g3']) {
    trail.onEvent({ type: 'grant.revoked', grantId, userId: 'ada', clientId: `a\u001b[2J${grantId}` } as never)
  }
  await trail.close()
  await storage.close()
  return { host, secrets: [client_secret, access_token, 'wrong-secret-0123456789'] }
}

test('audit shows what happened, newest first, for people and as JSON, and never a secret', {
  timeout: 180_000,
}, async () => {
  const { host, secrets } = await auditedHost()
  const text = await host.run('audit')
  expect([text.code, text.errors]).toEqual([0, ''])
  const [heading = '', first = ''] = text.output.split('\n')
  expect(heading).toMatch(/^TIME +TYPE +OUTCOME +CLIENT +USER +REASON$/)
  expect(first).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC +grant\.revoked +success +a\?\[2Jg3 +ada$/)
  expect(text.output).toMatch(/client\.authentication_failed +refused +machine +wrong or expired credentials$/m)
  const page = await audit(host)
  expect(page.entries[0]).toMatchObject({ grantId: 'g3', userId: 'ada', outcome: 'success', details: {} })
  expect(typesOf(page)).toEqual(expect.arrayContaining(['client.registered', 'tokens.issued']))
  expect(page).not.toHaveProperty('next')
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(20)
    expect(text.output + JSON.stringify(page)).not.toContain(secret)
  }
})

test('audit has filters for user, client, grant, request, type, outcome and time, which must all be met', {
  timeout: 180_000,
}, async () => {
  const { host } = await auditedHost()
  const all = await audit(host, '--since', '2020-01-01', '--until', '2999-01-01T00:00Z')
  expect(new Set(typesOf(all)).size).toBeGreaterThan(3)
  expect(typesOf(await audit(host, '--user', 'ada', '--since', '1h'))).toEqual(Array(3).fill('grant.revoked'))
  expect(typesOf(await audit(host, '--client', 'machine', '--type', 'tokens.issued'))).toEqual(['tokens.issued'])
  expect(typesOf(await audit(host, '--client', 'machine')).length).toBeGreaterThan(2)
  expect(typesOf(await audit(host, '--grant', 'g2'))).toEqual(['grant.revoked'])
  const refused = await audit(host, '--outcome', 'refused')
  expect(typesOf(refused).toSorted()).toEqual(['client.authentication_failed', 'request.refused'])
  const { requestId = '' } = (refused.entries[0] ?? {}) as { requestId?: string }
  expect(typesOf(await audit(host, '--request', requestId)).toSorted()).toEqual(typesOf(refused).toSorted())
  expect(typesOf(await audit(host, '--until', '1h'))).toEqual([])
  expect(typesOf(await audit(host, '--since', '2999-01-01'))).toEqual([])
  expect((await host.run('audit', '--user', 'nobody')).output).toBe('There are no such events.\n')
})

test('audit shows a page at a time, and each page says where the next begins', { timeout: 180_000 }, async () => {
  const { host } = await auditedHost()
  const ids = (await audit(host)).entries.map(({ id }) => id)
  const seen: string[] = []
  let before: readonly string[] = []
  for (;;) {
    const { entries, next } = await audit(host, '--limit', '4', ...before)
    seen.push(...entries.map(({ id }) => id))
    if (next === undefined) break
    before = ['--before', next]
  }
  expect(seen).toEqual(ids)
  const { errors } = await host.run('audit', '--limit', '2')
  expect(errors).toBe(`There may be more: --before ${ids[1]}\n`)
})

test('audit of a database without the table names the command that makes it', { timeout: 180_000 }, async () => {
  const host = await startHost('database')
  const { code, output, errors } = await host.run('audit')
  expect([code, output]).toEqual([1, ''])
  expect(errors).toContain('the table oauth_audit_events does not exist')
  expect(errors).toContain('npx oauth migrate')
  await host.json('migrate', '--table-prefix', 'idp_')
  expect((await host.run('audit')).code).toBe(1)
  expect(await host.json('audit', '--table-prefix', 'idp_')).toEqual({ entries: [] })
})
