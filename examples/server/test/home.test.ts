import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../src/app.ts'
import { demoAccount } from '../src/identity/demo-account.ts'
import { signIn } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent, type Visit } from './user-agent.ts'

let example: Example

beforeAll(async () => {
  example = await startExample()
})

afterAll(async () => {
  await example?.stop()
  expect(example?.failures).toEqual([])
})

const linksOf = ({ body }: Visit) => [...body.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href = '']) => href)

test('the start page names the test user, the issuer, the database and what is switched on, and each of its links works', async () => {
  const agent = createUserAgent()
  const home = await agent.open(example.baseUrl)
  for (const part of [demoAccount.email, demoAccount.password, example.issuer, example.database, 'payments (RAR)'])
    expect(home.body).toContain(part)
  expect(home.body).not.toContain('dynamic registration')
  expect(linksOf(home).length).toBeGreaterThan(14)
  for (const link of linksOf(home)) {
    const answer = await agent.open(new URL(link, example.baseUrl))
    expect(answer.status, link).toBe(200)
  }
})

test('the start page of a user who is signed in says who it is, and shows no password', async () => {
  const agent = createUserAgent()
  const home = await signIn(agent, await agent.open(`${example.baseUrl}/login`))
  expect(home.body).toContain('Signed in as <strong>Demo Person</strong>')
  expect(home.body).not.toContain(demoAccount.password)
  expect(linksOf(home)).toEqual(expect.arrayContaining(['/approvals', '/logout', '/connected-apps']))
})

test('a start page that strangers can reach does not tell where the database is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oauth-home-'))
  const baseUrl = 'https://id.example.com'
  const secret = 'a-secret-of-the-tests-0123456789-abcdef'
  const app = await createApp({ baseUrl, database: join(folder, 'oauth.db'), secret })
  const body = await (await app.fetch(new Request(baseUrl))).text()
  await app.close()
  await rm(folder, { recursive: true, force: true })
  expect(body).not.toContain(folder)
})

test('the documents of the start page are shown with headings, code and tables, and no other file is served', async () => {
  const agent = createUserAgent()
  const { body } = await agent.open(`${example.baseUrl}/docs/clients`)
  expect(body.match(/<h1/g)).toHaveLength(1)
  expect(body).toContain('<th scope="col">')
  expect(body).toContain('<pre class="code"')
  expect(body).not.toContain('<script')
  for (const name of ['options', '..%2fpackage', '%2e%2e%2f%2e%2e%2fpackage.json'])
    expect((await agent.open(`${example.baseUrl}/docs/${name}`)).status).toBe(404)
})
