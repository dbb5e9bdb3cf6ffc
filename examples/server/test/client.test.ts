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

  const finish = async (agent: UserAgent) => {
    const answer = await signIn(agent, await begin(agent))
    return answer.url.pathname === '/consent' ? agent.submit(answer, 'Allow') : answer
  }
  const knownToProvider = async (agent: UserAgent) => (await agent.open(example.baseUrl)).body.includes('Signed in as')

  test('only the browser that began a sign-in can finish it, and only once', async () => {
    const callback = `${example.baseUrl}/client/callback`
    const victim = createUserAgent()
    const attacker = createUserAgent()
    const consent = await signIn(attacker, await begin(attacker))
    const finished = await attacker.submit(consent, 'Allow', {}, callback)

    const planted = await victim.open(finished.url)
    expect(planted.status).toBe(400)
    expect(planted.body).toContain('This sign-in is over, or you started it in another browser.')
    expect((await attacker.open(finished.url)).body).toContain('Hello, Demo Person')
    expect((await attacker.open(finished.url)).status).toBe(400)
  })

  test('the demo client refuses a response from another issuer', async () => {
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

  test('the buttons of the demo client work only through its own form', async () => {
    const agent = createUserAgent()
    const page = await finish(agent)
    for (const button of ['Refresh', 'Sign out', 'Sign out here only']) {
      const refused = await agent.submit(page, button, { form_token: 'forged' })
      expect(refused.body).toContain('role="alert"')
      expect(refused.body).toContain('Hello, Demo Person')
    }
    expect(await knownToProvider(agent)).toBe(true)
  })

  test('sign-out at the demo client also ends the session at the provider, without a question', async () => {
    const agent = createUserAgent()
    const page = await finish(agent)
    const end = await agent.submit(page, 'Sign out')
    expect(end.trail).toEqual(['/client/sign-out', '/auth/oauth2/end-session', '/client/signed-out'])
    expect(end.body).toContain('You are signed out, here and at Example ID.')
    expect(await knownToProvider(agent)).toBe(false)
    // The return URL works once, and not for a browser that began no sign-out.
    expect((await agent.open(end.url)).url.pathname).toBe('/client')
    expect((await createUserAgent().open(end.url)).url.pathname).toBe('/client')
  })

  test('the provider asks before sign-out if the browser has another session than the one of the demo client', async () => {
    const agent = createUserAgent()
    const page = await finish(agent)
    await agent.submit(await agent.open(`${example.baseUrl}/logout`), 'Sign out')
    await signIn(agent, await agent.open(`${example.baseUrl}/login`))

    const question = await agent.submit(page, 'Sign out')
    expect(question.url.pathname).toBe('/auth/oauth2/end-session')
    expect(question.body).toContain('Sign out?')
    expect(await knownToProvider(agent)).toBe(true)
    expect((await agent.open(`${example.baseUrl}/client`)).body).toContain('Sign in with Example ID')

    const end = await agent.submit(question, 'Sign out')
    expect(end.body).toContain('You are signed out, here and at Example ID.')
    expect(await knownToProvider(agent)).toBe(false)
  })

  test('sign-out at the demo client alone keeps the session at the provider', async () => {
    const agent = createUserAgent()
    const end = await agent.submit(await finish(agent), 'Sign out here only')
    expect(end.body).toContain('You are signed out here.')
    expect(await knownToProvider(agent)).toBe(true)
  })

  test('the result page shows no complete JWT, so that a screenshot reveals none', async () => {
    const agent = createUserAgent()
    const callback = await authorize(agent, (await begin(agent)).url, `${example.baseUrl}/client/callback`)
    const page = await agent.open(callback)
    expect(page.body).toContain('Hello, Demo Person')
    const hidden = [...page.body.matchAll(/[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g)]
    expect(hidden).toEqual([])
  })
})
