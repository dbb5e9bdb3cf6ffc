import { createHash, randomBytes } from 'node:crypto'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  claimsOf,
  credentials,
  exchangeCode,
  getTokens,
  post,
  refresh,
  registerConfidential,
} from '../../support/client.ts'
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
import { createQuickWorld } from '../../support/tokens.ts'
import { alice, issuer } from '../../support/world.ts'
import { keyHeader } from '../key-header.ts'

describe('an ID token becomes an ID-JAG', () => {
  test('the answer of the exchange has the ID-JAG as access_token, its type, N_A and five minutes, and no refresh token (I15, I16)', async () => {
    const { world, client, ask } = await signedIn()
    const { status, body, headers } = await ask({ scope: 'chat.read', resource: mcp })
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(body).toEqual({
      access_token: expect.any(String),
      issued_token_type: type('id-jag'),
      token_type: 'N_A',
      expires_in: 300,
      scope: 'chat.read',
    })
    expect(decodeProtectedHeader(body.access_token)).toMatchObject({ typ: 'oauth-id-jag+jwt', alg: 'ES256' })
    const now = world.clock.now()
    expect(claimsOf(body.access_token)).toEqual({
      iss: world.issuer,
      sub: alice.id,
      aud: chat,
      client_id: 'notes-at-chat',
      scope: 'chat.read',
      resource: mcp,
      iat: now,
      exp: now + 300,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      auth_time: now,
      amr: ['pwd'],
    })
    expect(world.events).toContainEqual({
      type: 'id_jag.issued',
      clientId: client.client_id,
      userId: alice.id,
      grantId: expect.any(String),
      audience: chat,
      jti: claimsOf(body.access_token).jti,
    })
  })

  test('the discovery documents name the grant type and the type of token, and no audience (I20)', async () => {
    const { world } = await signedIn()
    expect(world.provider.metadata).toMatchObject({
      identity_chaining_requested_token_types_supported: [type('id-jag')],
      grant_types_supported: expect.arrayContaining([tokenExchangeName]),
    })
    expect(JSON.stringify(world.provider.metadata)).not.toContain('chat')
  })

  test('an ID-JAG is no access token and no ID token of this server (I16)', async () => {
    const { world, ask } = await signedIn()
    const { body } = await ask()
    expect(await world.provider.verifyAccessToken(body.access_token)).toBeUndefined()
    expectJsonError(await ask({ subject_token: body.access_token }), 400, 'invalid_request')
  })

  test('a refresh token of the client becomes an ID-JAG as well, and is not used up (I15)', async () => {
    const { world, client, tokens, ask } = await signedIn()
    const form = { subject_token_type: type('refresh_token'), subject_token: tokens.refresh_token }
    expect(claimsOf((await ask(form)).body.access_token).sub).toBe(alice.id)
    expect((await ask(form)).status).toBe(200)
    expect((await refresh(world, client, tokens.refresh_token)).status).toBe(200)
  })

  test('an ID-JAG has the email by option, and other claims by authorize (I12, I17)', async () => {
    const { ask } = await signedIn({
      email: true,
      authorize: ({ user }) => ({ claims: { tenant: user.tenant, aud_sub: '42' } }),
    })
    expect(claimsOf((await ask()).body.access_token)).toMatchObject({
      email: alice.email,
      email_verified: true,
      tenant: 'wonderland',
      aud_sub: '42',
    })
  })

  test('the sub of an ID-JAG is the one that the other server knows from its own sign-in, also when that is pairwise (I18)', async () => {
    const options = { pairwiseSecret: 'a-pairwise-secret-with-enough-characters' }
    const world = exchangeWorld({ relyingParty: 'chat' }, options)
    const client = await registerExchanging(world)
    const party = await registerConfidential(world, {
      client_id: 'chat',
      subject_type: 'pairwise',
      redirect_uris: ['https://app.example.com/callback'],
    })
    const known = claimsOf((await getTokens(world, party)).id_token).sub
    const { id_token } = await getTokens(world, client)
    const { sub } = claimsOf((await exchange(world, client, id_token)).body.access_token)
    expect(sub).toBe(known)
    expect(sub).not.toBe(alice.id)
  })

  test('a proof of a key at the exchange binds the ID-JAG to the key (I21)', async () => {
    const { world, client, tokens } = await signedIn({}, { features: [keyHeader()] })
    const key = randomBytes(32).toString('base64url')
    const { headers, form } = credentials(client)
    const body = {
      ...form,
      grant_type: tokenExchangeName,
      requested_token_type: type('id-jag'),
      subject_token_type: type('id_token'),
      subject_token: tokens.id_token,
      audience: chat,
    }
    const answer = await post(world, '/oauth2/token', body, { ...headers, 'key-header': key })
    expect([answer.body.token_type, answer.headers.has('key-header-nonce')]).toEqual(['N_A', true])
    const kh = createHash('sha256').update(key).digest('base64url')
    expect(claimsOf(answer.body.access_token).cnf).toEqual({ kh })
  })
})

describe('step-up (I19)', () => {
  test('an authentication that is too old is insufficient_user_authentication with max_age, and a new one helps (I19)', async () => {
    const { world, client, ask } = await signedIn({ maxAgeSeconds: 60 })
    world.clock.advance(60)
    expect((await ask()).status).toBe(200)
    world.clock.advance(1)
    const answer = await ask()
    expectJsonError(answer, 400, 'insufficient_user_authentication')
    expect(answer.body.max_age).toBe(60)
    expect(answer.body).not.toHaveProperty('acr_values')
    const { id_token } = await getTokens(world, client)
    expect((await exchange(world, client, id_token)).status).toBe(200)
  })

  test('a class that is missing is insufficient_user_authentication with acr_values (I19)', async () => {
    const { ask } = await signedIn({ acrValues: ['urn:mfa', 'urn:phr'] })
    const answer = await ask()
    expectJsonError(answer, 400, 'insufficient_user_authentication')
    expect([answer.body.acr_values, answer.body.max_age]).toEqual(['urn:mfa urn:phr', undefined])
  })

  test('the class of the session is enough for an ID-JAG when it is one of them (I19)', async () => {
    const world = exchangeWorld({ acrValues: ['urn:mfa'] })
    const client = await registerExchanging(world)
    const browser = world.browser()
    const cookie = world.signIn(alice)
    const session = world.sessions.get(cookie)
    if (session === undefined) throw new Error('no session')
    world.sessions.set(cookie, { ...session, session: { ...session.session, acr: 'urn:mfa' } })
    browser.cookies.set('session', cookie)
    const { body } = await exchangeCode(world, client, await authorize(world, client, {}, { browser }))
    const { access_token } = (await exchange(world, client, body.id_token)).body
    expect(claimsOf(access_token).acr).toBe('urn:mfa')
  })
})

describe('options of tokenExchange that contradict themselves are mistakes at start', () => {
  test.each<[string, object, RegExp]>([
    ['no policy', {}, /tokenExchange: idJag/],
    ['no audiences', { idJag: { audiences: [] } }, /idJag\.audiences must not be empty/],
    ['no scopes', { idJag: { audiences: [{ audience: chat, clients: {}, resources: 'any' }] } }, /scopes/],
    [
      'empty scopes',
      { idJag: { audiences: [{ audience: chat, clients: {}, scopes: [], resources: 'any' }] } },
      /scopes must be a list that is not empty, or 'any'/,
    ],
    [
      'this server',
      {
        idJag: {
          audiences: [{ audience: issuer, clients: {}, scopes: 'any', resources: 'any' }],
        },
      },
      /audiences\.0 is this server itself/,
    ],
    [
      'twice the same',
      { idJag: { audiences: [0, 1].map(() => ({ audience: chat, clients: {}, scopes: 'any', resources: 'any' })) } },
      /audiences\.1 is a second entry/,
    ],
  ])('tokenExchange refuses to start with a mistake in its options: %s', (_, options, message) => {
    expect(() => createQuickWorld({ features: [tokenExchange(options as never)] })).toThrow(message)
  })

  test('tokenExchange refuses to start on a server without signing keys', () => {
    expect(() => exchangeWorld({}, { disableJwtPlugin: true })).toThrow('tokenExchange: an ID-JAG needs signing keys')
  })
})
