import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authorize, signIn } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent, type UserAgent } from './user-agent.ts'

describe('the demo client', () => {
  let example: Example
  beforeAll(async () => {
    example = await startExample()
  })
  afterAll(async () => {
    await example?.stop()
    expect(example?.failures).toEqual([])
  })

  const begin = async (agent: UserAgent) =>
    agent.submit(await agent.open(`${example.baseUrl}/client`), 'Sign in with Example ID')

  test('only the browser that began a sign-in can finish it, once', async () => {
    const callback = `${example.baseUrl}/client/callback`
    const victim = createUserAgent()
    const attacker = createUserAgent()
    const consent = await signIn(attacker, await begin(attacker))
    const finished = await attacker.submit(consent, 'Allow', {}, callback)

    const planted = await victim.open(finished.url)
    expect(planted.status).toBe(400)
    expect(planted.body).toContain('This browser has begun no such sign-in')
    expect((await attacker.open(finished.url)).body).toContain('Hello, Demo Person')
    expect((await attacker.open(finished.url)).status).toBe(400)
  })

  test('an answer from another issuer is refused', async () => {
    const agent = createUserAgent()
    const callback = `${example.baseUrl}/client/callback`
    const login = await begin(agent)
    const answer = await signIn(agent, login, callback)
    const finished = answer.url.href.startsWith(callback) ? answer : await agent.submit(answer, 'Allow', {}, callback)
    finished.url.searchParams.set('iss', 'https://evil.example')
    const refused = await agent.open(finished.url)
    expect(refused.status).toBe(400)
    expect(refused.body).toContain('You are not signed in.')
  })

  test('its buttons need its own form', async () => {
    const agent = createUserAgent()
    const answer = await signIn(agent, await begin(agent))
    const page = answer.url.pathname === '/consent' ? await agent.submit(answer, 'Allow') : answer
    const refused = await agent.submit(page, 'Sign out', { form_token: 'forged' })
    expect(refused.body).toContain('role="alert"')
    expect(refused.body).toContain('Hello, Demo Person')
  })

  test('the result page shows no JWT whole, so that a screenshot gives none away', async () => {
    const agent = createUserAgent()
    const callback = await authorize(agent, (await begin(agent)).url, `${example.baseUrl}/client/callback`)
    const page = await agent.open(callback)
    expect(page.body).toContain('Hello, Demo Person')
    const hidden = [...page.body.matchAll(/[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g)]
    expect(hidden).toEqual([])
  })
})
