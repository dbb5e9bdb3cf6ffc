import { createHmac } from 'node:crypto'
import type { BaseUser, ClientInput } from '@oauth/core'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import { assertionWorld } from '../support/assertions.ts'
import {
  authorize,
  claimsOf,
  exchangeCode,
  getTokens,
  type Parameters,
  refresh,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { api, createQuickWorld } from '../support/tokens.ts'
import { alice, type TestUser, type WorldOptions } from '../support/world.ts'

const scope = 'openid profile email offline_access'

async function start(options: WorldOptions = {}, input: ClientInput = {}) {
  const world = createQuickWorld(options)
  const client = await registerConfidential(world, input)
  return { world, client }
}

/** The claims about the user in an ID token, without those that every ID token has. */
function aboutUser(idToken: string) {
  const { iss, aud, iat, exp, auth_time, amr, at_hash, ...rest } = claimsOf(idToken)
  for (const own of [iss, aud, iat, exp, auth_time, amr, at_hash]) expect(own).toBeDefined()
  return rest
}

const profile = { name: alice.name, given_name: alice.givenName, family_name: alice.familyName }
const email = { email: alice.email, email_verified: true }

describe('the claims of scopes in the ID token', () => {
  test('a client that reads the ID token alone knows who signed in', async () => {
    const { world, client } = await start()
    const { id_token, access_token } = await getTokens(world, client, { scope })
    expect(aboutUser(id_token)).toEqual({ sub: alice.id, ...profile, ...email })
    expect((await userinfo(world, access_token)).body).toEqual(aboutUser(id_token))
  })

  test('the ID token beside a JWT access token has the claims, too, and userinfo answers the same', async () => {
    const { world, client } = await start()
    const { id_token, access_token } = await getTokens(world, client, { scope }, { resource: api })
    expect(aboutUser(id_token)).toEqual({ sub: alice.id, ...profile, ...email })
    expect((await userinfo(world, access_token)).body).toEqual(aboutUser(id_token))
  })

  test('a refreshed ID token has the claims as they are then, and userinfo answers the same', async () => {
    const { world, client } = await start()
    const first = await getTokens(world, client, { scope })
    const married: TestUser = { ...alice, name: 'Alice Baker', familyName: 'Baker', emailVerified: false }
    world.users.set(alice.id, married)
    const { body } = await refresh(world, client, first.refresh_token)
    const now = { name: 'Alice Baker', family_name: 'Baker', email_verified: false }
    expect(aboutUser(body.id_token)).toEqual({ sub: alice.id, ...profile, ...email, ...now })
    expect((await userinfo(world, body.access_token)).body).toEqual(aboutUser(body.id_token))
  })

  test('a refresh for fewer scopes brings an ID token with fewer claims', async () => {
    const { world, client } = await start()
    const { refresh_token } = await getTokens(world, client, { scope })
    const narrowed = (await refresh(world, client, refresh_token, { scope: 'openid email' })).body
    expect(aboutUser(narrowed.id_token)).toEqual({ sub: alice.id, ...email })
    const bare = (await refresh(world, client, narrowed.refresh_token, { scope: 'openid' })).body
    expect(aboutUser(bare.id_token)).toEqual({ sub: alice.id })
  })

  test.each([
    ['that is not verified is said to be so', { emailVerified: false }, { email_verified: false }],
    ['of which nobody says whether it is verified is not called verified', { emailVerified: undefined }, {}],
  ])('an e-mail address %s', async (_what, change, said) => {
    const { world, client } = await start()
    world.users.set(alice.id, { ...alice, ...change } as TestUser)
    const { id_token } = await getTokens(world, client, { scope: 'openid email' })
    expect(aboutUser(id_token)).toEqual({ sub: alice.id, email: alice.email, ...said })
  })

  test('customIdTokenClaims replaces a claim of a scope', async () => {
    const { world, client } = await start({ customIdTokenClaims: () => ({ name: 'Hook', plan: 'gold' }) })
    const { id_token, access_token } = await getTokens(world, client, { scope: 'openid profile' })
    expect(aboutUser(id_token)).toEqual({ sub: alice.id, ...profile, name: 'Hook', plan: 'gold' })
    expect((await userinfo(world, access_token)).body.name).toBe(alice.name)
  })

  test('an ID token that the client’s secret signs (disableJwtPlugin) has the claims', async () => {
    const { world, client } = await start({ disableJwtPlugin: true })
    const { id_token } = await getTokens(world, client, { scope })
    expect(decodeProtectedHeader(id_token).alg).toBe('HS256')
    expect(aboutUser(id_token)).toEqual({ sub: alice.id, ...profile, ...email })
  })

  test('an ID token for an assertion of a trusted issuer has the claims of the scopes that the request names', async () => {
    const { make, ask } = await assertionWorld()
    const { body } = await ask(await make(), { scope: 'openid email' })
    const { sub, ...claims } = claimsOf(body.id_token)
    expect([sub, claims.email, claims.email_verified]).toEqual([alice.id, alice.email, true])
    expect(claims).not.toHaveProperty('name')
    expect((await ask(await make(), { scope: 'email' })).body).not.toHaveProperty('id_token')
  })

  test('a pairwise client gets the claims beside a sub of its own', async () => {
    const pairwiseSecret = 'a-pairwise-secret-with-32-characters'
    const { world, client } = await start({ pairwiseSecret }, { subject_type: 'pairwise' })
    const { id_token } = await getTokens(world, client, { scope })
    const sub = createHmac('sha256', pairwiseSecret).update(`app.example.com.${alice.id}`).digest('base64url')
    expect(aboutUser(id_token)).toEqual({ sub, ...profile, ...email })
  })
})

describe('who decides where the claims of scopes go', () => {
  test.each<[server: boolean | undefined, client: boolean | undefined, inIdToken: boolean]>([
    [undefined, undefined, true],
    [true, undefined, true],
    [false, undefined, false],
    [undefined, false, false],
    [true, false, false],
    [false, true, true],
  ])(
    'with idTokenScopeClaims: %s and id_token_scope_claims: %s the claims are in the ID token: %s',
    async (idTokenScopeClaims, id_token_scope_claims, inIdToken) => {
      const { world, client } = await start({ idTokenScopeClaims }, { id_token_scope_claims })
      const tokens = await getTokens(world, client, { scope })
      const refreshed = (await refresh(world, client, tokens.refresh_token)).body
      for (const { id_token, access_token } of [tokens, refreshed]) {
        expect(aboutUser(id_token)).toEqual({ sub: alice.id, ...(inIdToken && { ...profile, ...email }) })
        expect((await userinfo(world, access_token)).body).toEqual({ sub: alice.id, ...profile, ...email })
      }
    },
  )

  test('the server side sets id_token_scope_claims, changes it and takes it away, and the next ID token follows', async () => {
    const { world, client } = await start({}, { id_token_scope_claims: false })
    expect(client.id_token_scope_claims).toBe(false)
    const { refresh_token } = await getTokens(world, client, { scope })
    const next = async (value: boolean | null) => {
      const { metadata } = await world.provider.updateClient(client.client_id, { id_token_scope_claims: value })
      const { body } = await refresh(world, client, refresh_token)
      return [metadata.id_token_scope_claims, 'email' in claimsOf(body.id_token)]
    }
    expect(await next(true)).toEqual([true, true])
    expect(await next(false)).toEqual([false, false])
    expect(await next(null)).toEqual([undefined, true])
    await expect(registerConfidential(world, { id_token_scope_claims: 'no' } as never)).rejects.toMatchObject({
      code: 'invalid_client_metadata',
    })
  })
})

describe('claims by name beside those of scopes', () => {
  const asking = (claims: object, wanted = 'openid email'): Parameters => ({
    scope: wanted,
    claims: JSON.stringify(claims),
  })

  async function learn(parameters: Parameters, options: WorldOptions = {}) {
    const { world, client } = await start(options)
    const { body } = await exchangeCode(world, client, await authorize(world, client, parameters))
    return { idToken: aboutUser(body.id_token), info: (await userinfo(world, body.access_token)).body }
  }

  test('claims asked for in the ID token by name come beside those of the scopes', async () => {
    const { idToken, info } = await learn(asking({ id_token: { name: { essential: true }, email: null } }))
    expect(idToken).toEqual({ sub: alice.id, ...email, name: alice.name })
    expect(info).toEqual({ sub: alice.id, ...email })
  })

  test('a claim asked for at userinfo by name is not in the ID token', async () => {
    const { idToken, info } = await learn(asking({ userinfo: { name: null } }))
    expect(idToken).toEqual({ sub: alice.id, ...email })
    expect(info).toEqual({ sub: alice.id, ...email, name: alice.name })
  })

  test.each<[string, object, boolean]>([
    ['the value it has', { value: alice.email }, true],
    ['another value', { value: 'mallory@example.com' }, false],
    ['values with the one it has', { values: ['x', alice.email] }, true],
    ['other values', { values: ['x'], essential: true }, false],
  ])(
    'a claim of a scope that is asked for in the ID token with %s is in it only when the value fits',
    async (_name, details, told) => {
      const { idToken, info } = await learn(asking({ id_token: { email: details } }))
      expect(idToken).toEqual({ sub: alice.id, email_verified: true, ...(told && { email: alice.email }) })
      expect(info).toEqual({ sub: alice.id, ...email })
    },
  )

  test('with idTokenScopeClaims: false the ID token has the claims that it was asked for by name, and no others', async () => {
    const parameters = asking({ id_token: { email: null } }, 'openid profile email')
    const { idToken, info } = await learn(parameters, { idTokenScopeClaims: false })
    expect(idToken).toEqual({ sub: alice.id, email: alice.email })
    expect(info).toEqual({ sub: alice.id, ...profile, ...email })
  })
})

describe('how often the host is asked for the claims of an ID token', () => {
  /** A world that counts what it asks the host about the user. */
  async function counting(options: WorldOptions = {}) {
    const asked = { getUser: 0, userClaims: 0, customIdTokenClaims: 0 }
    const { world, client } = await start({
      userClaims: ({ name, email }: BaseUser & Partial<TestUser>) => {
        asked.userClaims++
        return { name, email }
      },
      customIdTokenClaims: () => {
        asked.customIdTokenClaims++
        return {}
      },
      ...options,
    })
    const { get } = world.users
    world.users.get = (id) => {
      asked.getUser++
      return get.call(world.users, id)
    }
    const count = async (work: () => Promise<unknown>) => {
      Object.assign(asked, { getUser: 0, userClaims: 0, customIdTokenClaims: 0 })
      await work()
      return { ...asked }
    }
    return { world, client, count }
  }

  test('a code exchange and a refresh ask the host once each for the user, the claims and the hook', async () => {
    const { world, client, count } = await counting()
    const claims = JSON.stringify({ id_token: { email: null } })
    const authorized = await authorize(world, client, { scope, claims })
    const once = { getUser: 1, userClaims: 1, customIdTokenClaims: 1 }
    let refreshToken = ''
    const exchanged = await count(async () => {
      refreshToken = (await exchangeCode(world, client, authorized)).body.refresh_token
    })
    expect(exchanged).toEqual(once)
    expect(await count(() => refresh(world, client, refreshToken))).toEqual(once)
  })

  test.each<[string, WorldOptions, string]>([
    ['no scope gives claims', {}, 'openid offline_access notes:read'],
    ['idTokenScopeClaims is false', { idTokenScopeClaims: false }, scope],
    ['there is no ID token', {}, 'profile email offline_access'],
  ])('userClaims is not called at the token endpoint when %s', async (_what, options, wanted) => {
    const { world, client, count } = await counting(options)
    const authorized = await authorize(world, client, { scope: wanted })
    expect((await count(() => exchangeCode(world, client, authorized))).userClaims).toBe(0)
  })
})
