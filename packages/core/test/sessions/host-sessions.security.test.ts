import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  getTokens,
  postAs,
  refresh,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { createQuickWorld, idOf } from '../support/tokens.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice, bob, type World } from '../support/world.ts'

/** A browser for which the host answers this session, valid or not. */
function browserWith(world: World, session: unknown) {
  const browser = world.browser()
  browser.signIn(alice)
  world.sessions.set(browser.cookies.get('session') as string, session as never)
  return browser
}

/** The messages of the causes of `request.failed` events. */
function failures(world: World): readonly string[] {
  return world.events.flatMap((event) => (event.type === 'request.failed' ? (event.cause as Error).message : []))
}

describe('session.authTime (E15)', () => {
  const now = createQuickWorld().clock.now()

  test.each([
    ['milliseconds', now * 1000 + 7],
    ['a Date', new Date(now * 1000 + 7)],
    ['a fraction', now + 0.7],
    ['seconds', now],
  ])('session.authTime as %s is whole seconds in auth_time, and max_age holds (E15)', async (_name, authTime) => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const browser = browserWith(world, { user: alice, session: { id: 's', authTime } })
    const authorized = await authorize(world, client, { scope: 'openid' }, { browser })
    expect(claimsOf((await exchangeCode(world, client, authorized)).body.id_token).auth_time).toBe(now)
    world.clock.advance(61)
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { scope: 'openid', max_age: '60' }))
    expect(new URL(url).pathname).toBe('/login')
  })

  test.each([
    ['NaN', Number.NaN, 'it is NaN'],
    ['nothing', undefined, 'it is undefined'],
    ['null', null, 'it is null'],
    ['infinite', Number.POSITIVE_INFINITY, 'it is Infinity'],
    ['no Date', new Date(Number.NaN), 'it is a Date'],
    ['a text', '1700000000', 'it is a string'],
    ['before all time', -1, 'it is a number'],
    ['yet to come', now + 31, 'must be in the past'],
    ['yet to come, in milliseconds', (now + 31) * 1000, 'must be in the past'],
  ])(
    'session.authTime that is %s stops the request, names the member, and writes nothing (E15)',
    async (_name, authTime, told) => {
      const { storage, writes } = watchStorage()
      const world = createQuickWorld({ storage })
      const client = await registerConfidential(world)
      const browser = browserWith(world, { user: alice, session: { id: 's', authTime } })
      writes.length = 0
      for (const parameters of [{}, { max_age: '60' }, { prompt: 'none' }]) {
        const response = await browser.request(authorizeUrl(world, client, createPkce(), parameters))
        const location = new URL(response.headers.get('location') as string)
        expect([...location.searchParams.keys()].toSorted()).toEqual(['error', 'iss', 'state'])
        expect(location.searchParams.get('error')).toBe('server_error')
      }
      expect(writes).toEqual([])
      expect(failures(world)).toHaveLength(3)
      for (const message of failures(world)) {
        expect(message).toContain('authentication.getSession: session.authTime must be')
        expect(message).toContain(told)
      }
    },
  )

  test('a session whose clock is a little ahead is taken as it is, and is no new sign-in (E15)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const browser = browserWith(world, { user: alice, session: { id: 's', authTime: now + 30 } })
    const url = authorizeUrl(world, client, createPkce(), { prompt: 'login' })
    const first = await browser.visit(url)
    expect(new URL(first.url).pathname).toBe('/login')
    const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(first.url))
    world.clock.advance(5)
    const again = await browser.request(returnTo)
    expect(again.headers.get('location') ?? '').not.toContain('code=')
  })
})

describe('what getSession and getUser answer with (E16)', () => {
  const session = { id: 's', authTime: 1_700_000_000 }

  test.each<readonly [string, unknown, string]>([
    [
      'a numeric user id',
      { user: { ...alice, id: 42 }, session },
      'user.id must be a string of 1 to 255 characters (answer String(id))',
    ],
    ['a bigint user id', { user: { ...alice, id: 42n }, session }, 'user.id must be a string'],
    ['an empty user id', { user: { ...alice, id: '' }, session }, 'it is an empty string'],
    ['a user id that is too long', { user: { ...alice, id: 'x'.repeat(256) }, session }, 'longer, or has a NUL'],
    ['a user id with NUL', { user: { ...alice, id: 'a\0b' }, session }, 'longer, or has a NUL'],
    ['no user', { session }, 'user must be an object with an id; it is undefined'],
    ['no session', { user: alice }, 'session must be { id, authTime }; it is undefined'],
    ['a user alone', alice, 'user must be an object with an id'],
    ['a session without an id', { user: alice, session: { authTime: 1 } }, 'session.id must be a string'],
    ['a numeric session id', { user: alice, session: { ...session, id: 7 } }, 'session.id must be a string'],
    ['a numeric acr', { user: alice, session: { ...session, acr: 1 } }, 'session.acr must be a string'],
    ['amr as one text', { user: alice, session: { ...session, amr: 'pwd' } }, "for instance ['pwd']"],
    ['amr of numbers', { user: alice, session: { ...session, amr: [1] } }, 'session.amr must be an array of strings'],
    ['true', true, 'authentication.getSession must be { user, session }, or undefined; it is a boolean'],
    ['a list', [alice, session], 'it is an array'],
  ])('%s stops the request and is named (E16)', async (_name, answer, told) => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const browser = browserWith(world, answer)
    const response = await browser.request(authorizeUrl(world, client, createPkce()))
    expect(new URL(response.headers.get('location') as string).searchParams.get('error')).toBe('server_error')
    expect(failures(world).join()).toContain('authentication.getSession')
    expect(failures(world).join()).toContain(told)
    const listed = await browser.request(`${world.issuer}/oauth2/get-clients`)
    expect([listed.status, (await listed.json()).error]).toEqual([500, 'server_error'])
  })

  test.each([undefined, null, false])('an answer of %j means that no user is signed in (E16)', async (answer) => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const { url } = await browserWith(world, answer).visit(authorizeUrl(world, client, createPkce()))
    expect(new URL(url).pathname).toBe('/login')
    const { access_token } = await getTokens(world, client)
    expect((await userinfo(world, access_token)).status).toBe(200)
    world.users.set(alice.id, answer as never)
    expect((await userinfo(world, access_token)).status).toBe(401)
  })

  test('null for acr and amr, as a database has it, is no acr and no amr (E16)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const { authTime } = session
    const browser = browserWith(world, { user: alice, session: { id: 's', authTime, acr: null, amr: null } })
    const authorized = await authorize(world, client, { scope: 'openid' }, { browser })
    const claims = claimsOf((await exchangeCode(world, client, authorized)).body.id_token)
    expect(claims).toMatchObject({ sub: alice.id, auth_time: authTime })
    expect(claims).not.toHaveProperty('acr')
    expect(claims).not.toHaveProperty('amr')
  })
})

describe('getUser that answers with another user (E17)', () => {
  test.each([
    ['another person', bob, 'must answer with the user of the id that it was given'],
    ['a numeric id', { ...alice, id: 42 }, 'authentication.getUser: user.id must be a string'],
    ['no object', 'user-alice', 'authentication.getUser: user must be an object'],
  ])(
    'getUser that answers with %s reveals no claim and consumes no code and no token (E17)',
    async (_name, answer, told) => {
      const world = createQuickWorld()
      const client = await registerConfidential(world)
      const authorized = await authorize(world, client, { scope: 'openid email offline_access' })
      const tokens = (await exchangeCode(world, client, authorized)).body
      const waiting = await authorize(world, client, { scope: 'openid email offline_access' })
      world.users.set(alice.id, answer as never)
      for (const { status, body } of [
        await exchangeCode(world, client, waiting),
        await refresh(world, client, tokens.refresh_token),
        await userinfo(world, tokens.access_token),
        await postAs(world, client, '/oauth2/introspect', { token: tokens.access_token }),
        await postAs(world, client, '/oauth2/introspect', { token: tokens.refresh_token }),
      ]) {
        expect([status, body.error]).toEqual([500, 'server_error'])
        expect(JSON.stringify(body)).not.toContain('bob')
      }
      expect(failures(world)).toHaveLength(5)
      for (const message of failures(world)) expect(message).toContain(told)
      expect((await world.storage.authorizationCodes.find(idOf(waiting.code)))?.code.consumedAt).toBeUndefined()
      world.users.set(alice.id, alice)
      expect((await exchangeCode(world, client, waiting)).status).toBe(200)
      expect((await refresh(world, client, tokens.refresh_token)).status).toBe(200)
    },
  )
})
