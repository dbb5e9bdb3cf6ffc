import { jwtBearer } from '@oauth/core/features/jwt-bearer'
import { describe, expect, test } from 'vitest'
import { askWith, jwtBearerName, lastCause } from '../../support/assertions.ts'
import {
  authorize,
  claimsOf,
  credentials,
  exchangeCode,
  getTokens,
  type Parameters,
  post,
  refresh,
  registerConfidential,
  registerPublic,
} from '../../support/client.ts'
import { clientKey } from '../../support/client-keys.ts'
import { expectJsonError } from '../../support/expectations.ts'
import {
  chat,
  exchange,
  exchangeWorld,
  mcp,
  registerExchanging,
  signedIn,
  tokenExchangeName,
  type,
} from '../../support/token-exchange.ts'
import { alice, bob } from '../../support/world.ts'

describe('what a client may get (I17)', () => {
  test('an audience is denied unless it is listed for this client, with one answer for both (I17)', async () => {
    const { world, ask } = await signedIn()
    const unknown = await ask({ audience: 'https://elsewhere.example' })
    expectJsonError(unknown, 400, 'invalid_target')
    const another = await registerExchanging(world, { client_id: 'another' })
    const refused = await exchange(world, another, (await getTokens(world, another)).id_token)
    expectJsonError(refused, 400, 'invalid_target')
    expect(refused.body.error_description).toBe(unknown.body.error_description)
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'a client with the id %s is not among the clients (I17)',
    async (client_id) => {
      const world = exchangeWorld()
      const client = await registerExchanging(world, { client_id })
      const answer = await exchange(world, client, (await getTokens(world, client)).id_token)
      expectJsonError(answer, 400, 'invalid_target')
    },
  )

  test('clients may be a function, whose answer is checked (I17, G36)', async () => {
    let answer: unknown = 'mapped'
    const { ask } = await signedIn({ clients: (() => answer) as never })
    expect(claimsOf((await ask()).body.access_token).client_id).toBe('mapped')
    answer = undefined
    expectJsonError(await ask(), 400, 'invalid_target')
    for (answer of ['', 7, true, {}, Promise.resolve('mapped')]) expectJsonError(await ask(), 500, 'server_error')
  })

  test('scopes are narrowed to the allowed ones and the answer says so; without any it is invalid_scope (I16, I17)', async () => {
    const { ask } = await signedIn()
    expect((await ask({ scope: 'chat.read admin' })).body.scope).toBe('chat.read')
    expect((await ask()).body.scope).toBe('chat.read chat.write')
    expectJsonError(await ask({ scope: 'admin' }), 400, 'invalid_scope')
    expectJsonError(await ask({ scope: 'a"b' }), 400, 'invalid_scope')
  })

  test('resources must be allowed, and without one the ID-JAG has all that are, so that the policy is its bound (I17)', async () => {
    const { world, client, tokens, ask } = await signedIn()
    expectJsonError(await ask({ resource: 'https://elsewhere.example' }), 400, 'invalid_target')
    expectJsonError(await ask({ resource: 'not a uri' }), 400, 'invalid_target')
    expectJsonError(await ask({ resource: `${mcp}#x` }), 400, 'invalid_target')
    const all = [mcp, 'https://files.chat.example']
    expect(claimsOf((await ask()).body.access_token).resource).toEqual(all)
    const { headers } = credentials(client)
    const form = new URLSearchParams({
      grant_type: tokenExchangeName,
      requested_token_type: type('id-jag'),
      subject_token_type: type('id_token'),
      subject_token: tokens.id_token,
      audience: chat,
    })
    for (const resource of [...all, mcp]) form.append('resource', resource)
    expect(claimsOf((await post(world, '/oauth2/token', form, headers)).body.access_token).resource).toEqual(all)
  })

  test("'any' passes on what the client asks for, and sets no limit when it asks for nothing (I17)", async () => {
    const { ask } = await signedIn({ scopes: 'any', resources: 'any' })
    const open = await ask()
    expect(open.body).not.toHaveProperty('scope')
    expect(claimsOf(open.body.access_token)).not.toHaveProperty('resource')
    const asked = claimsOf((await ask({ scope: 'x y', resource: 'https://x.example' })).body.access_token)
    expect(asked).toMatchObject({ scope: 'x y', resource: 'https://x.example' })
  })

  test('authorize sees the request, narrows it or refuses (I17)', async () => {
    const seen: object[] = []
    let answer: object | undefined = { scope: ['chat.read'], resources: [mcp] }
    const { world, ask } = await signedIn({
      authorize: (request) => {
        seen.push(request)
        return answer
      },
    })
    const { body } = await ask()
    expect([body.scope, claimsOf(body.access_token).resource]).toEqual(['chat.read', mcp])
    expect(seen).toEqual([
      {
        user: alice,
        clientId: 'notes-at-idp',
        audience: chat,
        scope: ['chat.read', 'chat.write'],
        resources: [mcp, 'https://files.chat.example'],
        authTime: world.clock.now(),
        amr: ['pwd'],
      },
    ])
    answer = undefined
    expectJsonError(await ask(), 400, 'invalid_target')
  })

  test.each<[string, unknown]>([
    ['true', true],
    ['a list', []],
    ['a wider scope', { scope: ['chat.read', 'admin'] }],
    ['an empty scope', { scope: [] }],
    ['a wider resource', { resources: ['https://elsewhere.example'] }],
    ['scope as a text', { scope: 'chat.read' }],
    ['a misspelt member', { scopes: ['chat.read'] }],
    ['the subject as a claim', { claims: { sub: bob.id } }],
    ['the client as a claim', { claims: { client_id: 'x' } }],
    ['an actor as a claim', { claims: { act: {} } }],
    ['__proto__ as a claim', { claims: JSON.parse('{"__proto__":{"sub":"x"}}') }],
    ['claims as a list', { claims: [] }],
  ])('authorize that answers with %s is a fault of the server (I17, G36)', async (_, answer) => {
    const { ask } = await signedIn({ authorize: () => answer as never })
    expectJsonError(await ask(), 500, 'server_error')
  })
})

test('a server with both features does not take its own ID-JAG for an assertion, nor that of another audience (I13)', async () => {
  const { publicJwk } = await clientKey('ES256', 'idp-1')
  const entry = { profile: 'id-jag', issuer: 'https://acme.idp.example', jwks: { keys: [publicJwk] } } as const
  const trusting = jwtBearer({ issuers: [{ ...entry, mapClaims: () => ({ userId: alice.id }) }] })
  const { world, client, ask } = await signedIn(
    {},
    { features: [trusting] },
    { grant_types: ['authorization_code', tokenExchangeName, jwtBearerName] },
  )
  const { body } = await ask()
  expectJsonError(await askWith(world, client, body.access_token), 400, 'invalid_grant')
  expect(lastCause(world)).toMatch('no entry of issuers')
})

describe('subject tokens that are refused', () => {
  test('the exchange refuses an ID token of another client, an expired one and other JWTs of this server (I15, X04)', async () => {
    const { world, client, tokens, ask } = await signedIn()
    const another = await registerConfidential(world)
    const foreign = await getTokens(world, another, {}, { resource: 'https://api.example.com' })
    for (const subject_token of [
      foreign.id_token,
      foreign.access_token,
      tokens.access_token,
      'x',
      'a.b.c',
      `${tokens.id_token}x`,
    ]) {
      expectJsonError(await ask({ subject_token }), 400, 'invalid_request')
    }
    const own = await getTokens(world, client, {}, { resource: 'https://api.example.com' })
    expectJsonError(await ask({ subject_token: own.access_token }), 400, 'invalid_request')
    world.clock.advance((claimsOf(tokens.id_token).exp as number) - world.clock.now())
    expectJsonError(await ask(), 400, 'invalid_request')
  })

  test('the exchange refuses an ID token whose grant was revoked, or whose user is gone (I15, X04)', async () => {
    const { world, ask } = await signedIn()
    world.users.delete(alice.id)
    expectJsonError(await ask(), 400, 'invalid_request')
    world.users.set(alice.id, alice)
    expect((await ask()).status).toBe(200)
    await world.provider.revokeUserGrants(alice.id)
    expectJsonError(await ask(), 400, 'invalid_request')
  })

  test('an ID token of an earlier grant does not come back with a later one of the same user (X04, X05)', async () => {
    const { world, client, tokens, ask } = await signedIn()
    world.clock.advance(1)
    await world.provider.revokeUserGrants(alice.id)
    world.clock.advance(60)
    const later = await getTokens(world, client)
    expectJsonError(await ask(), 400, 'invalid_request')
    expect((await ask({ subject_token: later.id_token })).status).toBe(200)
    expect(tokens.id_token).not.toBe(later.id_token)
  })

  test('the exchange refuses an ID token whose session has ended, while another session of the user goes on (X04)', async () => {
    const world = exchangeWorld()
    const client = await registerExchanging(world, { enable_end_session: true })
    const scope = { scope: 'openid' }
    const signIns = [await authorize(world, client, scope), await authorize(world, client, scope)]
    const [first, second] = await Promise.all(
      signIns.map(async (signIn) => (await exchangeCode(world, client, signIn)).body.id_token as string),
    )
    const session = signIns[0]?.browser.cookies.get('session')
    await world.provider.sessionEnded(session as string)
    expectJsonError(await exchange(world, client, first as string), 400, 'invalid_request')
    expect((await exchange(world, client, second as string)).status).toBe(200)
  })

  test('a client with pairwise subjects needs a refresh token, and an audience whose relyingParty says the sub (I18)', async () => {
    const options = { pairwiseSecret: 'a-pairwise-secret-with-enough-characters' }
    const { ask, tokens } = await signedIn({}, options, { subject_type: 'pairwise' })
    expectJsonError(await ask(), 400, 'invalid_request')
    const form = { subject_token_type: type('refresh_token'), subject_token: tokens.refresh_token }
    expectJsonError(await ask(form), 400, 'invalid_target')
    const world = exchangeWorld({ relyingParty: 'chat' }, options)
    await registerConfidential(world, { client_id: 'chat' })
    const client = await registerExchanging(world, { subject_type: 'pairwise' })
    const { refresh_token } = await getTokens(world, client)
    const answer = await exchange(world, client, refresh_token, { subject_token_type: type('refresh_token') })
    expect(claimsOf(answer.body.access_token).sub).toBe(alice.id)
  })

  test('the exchange refuses a refresh token of another client, without openid, or expired (I15)', async () => {
    const { world, client, tokens, ask } = await signedIn()
    const subject_token_type = type('refresh_token')
    const another = await registerConfidential(world)
    const foreign = await getTokens(world, another)
    const plain = await getTokens(world, client, { scope: 'email offline_access' })
    for (const subject_token of [foreign.refresh_token, plain.refresh_token, tokens.id_token, 'x']) {
      expectJsonError(await ask({ subject_token_type, subject_token }), 400, 'invalid_request')
    }
    world.clock.advance(400 * 86_400)
    expectJsonError(await ask({ subject_token_type, subject_token: tokens.refresh_token }), 400, 'invalid_request')
  })

  test('a refresh token that was exchanged before ends its grant, as at a refresh (I15)', async () => {
    const { world, client, tokens, ask } = await signedIn()
    const next = (await refresh(world, client, tokens.refresh_token)).body.refresh_token
    expect((await refresh(world, client, next)).status).toBe(200)
    const form = { subject_token_type: type('refresh_token'), subject_token: tokens.refresh_token }
    expectJsonError(await ask(form), 400, 'invalid_request')
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'refresh_token.replayed', ended: true }))
    expectJsonError(await ask({ ...form, subject_token: next }), 400, 'invalid_request')
  })
})

describe('the parameters', () => {
  test.each<[string, Parameters]>([
    ['without subject_token', { subject_token: undefined }],
    ['without subject_token_type', { subject_token_type: undefined }],
    ['with an access token as the subject', { subject_token_type: type('access_token') }],
    ['with SAML', { subject_token_type: type('saml2') }],
    ['without requested_token_type, which means an access token', { requested_token_type: undefined }],
    ['for a JWT', { requested_token_type: type('jwt') }],
    ['without audience', { audience: undefined }],
    ['with an actor_token', { actor_token: 'x', actor_token_type: type('id_token') }],
    ['with an actor_token_type alone', { actor_token_type: type('id_token') }],
    ['with authorization_details', { authorization_details: '[{"type":"payment_initiation"}]' }],
  ])('a token exchange %s is invalid_request (X02, X03)', async (_, form) => {
    const { ask } = await signedIn()
    expectJsonError(await ask(form), 400, 'invalid_request')
  })

  test('two audiences and a repeated subject_token are invalid_request (X16)', async () => {
    const { world, client, tokens } = await signedIn()
    for (const name of ['audience', 'subject_token']) {
      const form = new URLSearchParams({
        grant_type: tokenExchangeName,
        requested_token_type: type('id-jag'),
        subject_token_type: type('id_token'),
        subject_token: tokens.id_token,
        audience: chat,
      })
      form.append(name, form.get(name) as string)
      expectJsonError(await post(world, '/oauth2/token', form, credentials(client).headers), 400, 'invalid_request')
    }
  })

  test('a public client cannot be registered for the exchange (X01)', async () => {
    await expect(
      registerPublic(exchangeWorld(), { grant_types: [tokenExchangeName], redirect_uris: [] }),
    ).rejects.toThrow('public clients')
  })
})
