import { dpop } from '@oauth/core/features/dpop'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { commonFields, richAuthorizationRequests } from '@oauth/core/features/rich-authorization-requests'
import { describe, expect, test } from 'vitest'
import { createPkce, post, registerConfidential, registerPublic } from '../../support/client.ts'
import { clientKey } from '../../support/client-keys.ts'
import { makeProof, proofKey } from '../../support/dpop.ts'
import { emptyStorage } from '../../support/empty-storage.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { recordingStorage } from '../../support/storage.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice, type World } from '../../support/world.ts'
import {
  attestationFeature,
  otherPhone,
  postAttested,
  registerAttested,
} from '../attestation-based-client-auth-draft-10/attestation.ts'
import { appWorld, begin, next, redeem, registerApp, signIn } from './first-party-apps.ts'

const otp = '123456'
const liveGrants = (world: World) => world.storage.grants.list({ userId: alice.id, now: world.clock.now() })

describe('only first-party applications may ask users for their passwords', () => {
  test('any other client is refused, whatever it sends, and the host is not asked', async () => {
    let asked = 0
    const world = appWorld({
      challenge: () => {
        asked++
        return { type: 'redirect_to_web' }
      },
    })
    for (const client of [await registerPublic(world), await registerConfidential(world)]) {
      expectJsonError(await begin(world, client, createPkce()), 400, 'unauthorized_client')
    }
    expect(asked).toBe(0)
  })

  test('a client cannot make itself one when it registers', async () => {
    const world = appWorld({
      world: { allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true },
    })
    const response = await world.provider.fetch(
      new Request(`${world.issuer}/oauth2/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          ...{ redirect_uris: ['https://app.example.com/cb'], token_endpoint_auth_method: 'none' },
          first_party_application: true,
        }),
      }),
    )
    const registered = await response.json()
    if (response.status === 201) {
      expectJsonError(await begin(world, registered, createPkce()), 400, 'unauthorized_client')
    } else {
      expect(registered.error).toBe('invalid_client_metadata')
    }
  })

  test('a client that is one no more cannot finish its session', async () => {
    const world = appWorld()
    const app = await registerApp(world)
    const { body } = await begin(world, app, createPkce())
    await world.provider.updateClient(app.client_id, { first_party_application: false })
    const last = await next(world, app, { auth_session: body.auth_session, otp })
    expectJsonError(last, 400, 'unauthorized_client')
  })

  test('a server without the feature refuses the registration and has no endpoint', async () => {
    const world = createQuickWorld()
    await expect(registerApp(world)).rejects.toMatchObject({ code: 'invalid_client_metadata' })
    expect((await post(world, '/oauth2/authorize-challenge', {})).status).toBe(404)
  })

  test('a client that must push or sign its requests gets no code here', async () => {
    const world = appWorld({ world: { features: [pushedAuthorizationRequests(), jwtSecuredRequests()] } })
    for (const demand of ['require_pushed_authorization_requests', 'require_signed_request_object'] as const) {
      const { publicJwk } = await clientKey()
      const app = await registerApp(world, { [demand]: true, jwks: { keys: [publicJwk] } })
      expect(['invalid_request', 'invalid_request_object']).toContain(
        (await begin(world, app, createPkce())).body.error,
      )
    }
    expect(await liveGrants(world)).toEqual([])
  })
})

test('a pushed request and a request object are refused: they would not be used up', async () => {
  const world = appWorld({ world: { features: [pushedAuthorizationRequests()] } })
  const app = await registerApp(world)
  for (const name of ['request', 'request_uri']) {
    expectJsonError(await begin(world, app, createPkce(), { [name]: 'urn:x' }), 400, 'invalid_request')
  }
})

describe('auth_session', () => {
  test('a session of another client, an expired one, a used one and an invented one are invalid_session', async () => {
    const world = appWorld()
    const app = await registerApp(world)
    const other = await registerApp(world)
    const { body } = await begin(world, app, createPkce())
    const { auth_session } = body
    expectJsonError(await next(world, other, { auth_session, otp }), 400, 'invalid_session')
    expectJsonError(await next(world, app, { auth_session: 'x'.repeat(43), otp }), 400, 'invalid_session')
    expect((await next(world, app, { auth_session, otp })).status).toBe(200)
    expectJsonError(await next(world, app, { auth_session, otp }), 400, 'invalid_session')
    const late = await begin(world, app, createPkce())
    world.clock.advance(600)
    expectJsonError(await next(world, app, { auth_session: late.body.auth_session, otp }), 400, 'invalid_session')
    expect(await liveGrants(world)).toHaveLength(1)
  })

  test('a session has only so many attempts, also when they come at once', async () => {
    const world = appWorld({ feature: { attempts: 3 } })
    const app = await registerApp(world)
    const { body } = await begin(world, app, createPkce())
    const { auth_session } = body
    expect((await next(world, app, { auth_session, otp: '1' })).body.error).toBe('insufficient_authorization')
    expect((await next(world, app, { auth_session, otp: '2' })).body.error).toBe('insufficient_authorization')
    expectJsonError(await next(world, app, { auth_session, otp }), 400, 'invalid_session')

    const again = await begin(world, app, createPkce())
    const guesses = Array.from({ length: 20 }, (_, guess) =>
      next(world, app, { auth_session: again.body.auth_session, otp: String(guess) }),
    )
    const answers = await Promise.all(guesses)
    const judged = answers.filter((answer) => answer.body.error === 'insufficient_authorization')
    expect(judged.length).toBeLessThanOrEqual(2)
  })

  test('of fifty last requests at once, one gets a code', async () => {
    const world = appWorld({ feature: { attempts: 100 } })
    const app = await registerApp(world)
    const { body } = await begin(world, app, createPkce())
    const all = Array.from({ length: 50 }, () => next(world, app, { auth_session: body.auth_session, otp }))
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(await liveGrants(world)).toHaveLength(1)
  })

  test('a session that an attacker began and gives to the application of a victim is worth nothing to either', async () => {
    const world = appWorld()
    const app = await registerApp(world)
    const attacker = createPkce()
    const victim = createPkce()
    const { body } = await begin(world, app, attacker)
    const { auth_session } = body
    const last = await next(world, app, { auth_session, otp, code_challenge: victim.challenge })
    const { authorization_code: code } = last.body
    // The attacker does not see the code, and the victim's application does not have the verifier.
    expectJsonError(await redeem(world, app, { code, pkce: victim }), 400, 'invalid_grant')
  })

  test('a withdrawal between two requests of a session ends the sign-in (C15)', async () => {
    const world = appWorld()
    const app = await registerApp(world)
    const { body } = await begin(world, app, createPkce())
    world.clock.advance(5)
    await world.provider.revokeUserGrants(alice.id)
    world.clock.advance(5)
    expectJsonError(await next(world, app, { auth_session: body.auth_session, otp }), 400, 'access_denied')
    expect(await liveGrants(world)).toEqual([])
    expect((await signIn(world, app)).code).toBeDefined()
  })

  test('later requests of a session cannot ask for more than the first one', async () => {
    const world = appWorld()
    const app = await registerApp(world)
    const pkce = createPkce()
    const { body } = await begin(world, app, pkce, { scope: 'openid' })
    const wider = { scope: 'openid email offline_access', code_challenge: createPkce().challenge }
    const last = await next(world, app, { auth_session: body.auth_session, otp, ...wider })
    const tokens = await redeem(world, app, { code: last.body.authorization_code, pkce })
    expect([tokens.status, tokens.body.scope]).toEqual([200, 'openid'])
  })

  test('neither passwords nor sessions nor codes are in the storage', async () => {
    const recording = recordingStorage(emptyStorage())
    const world = appWorld({ world: { storage: recording.storage } })
    const app = await registerApp(world)
    const { code, first } = await signIn(world, app)
    for (const secret of ['open sesame', otp, first.auth_session, code]) expect(recording.dump()).not.toContain(secret)
  })
})

describe('keys of the application', () => {
  test('a session begun with a DPoP proof needs the same key in every request and in the token request', async () => {
    const world = appWorld({ world: { features: [dpop()] } })
    const app = await registerApp(world)
    const htu = `${world.issuer}/oauth2/authorize-challenge`
    const proof = async (key?: Awaited<ReturnType<typeof proofKey>>) => ({
      dpop: await makeProof(world, { claims: { htu }, ...(key !== undefined && { key }) }),
    })
    const pkce = createPkce()
    const { body } = await begin(world, app, pkce, {}, await proof())
    const { auth_session } = body
    expectJsonError(await next(world, app, { auth_session, otp }), 400, 'invalid_session')
    const thief = await proof(await proofKey('dpop-2'))
    expectJsonError(await next(world, app, { auth_session, otp }, thief), 400, 'invalid_session')
    const last = await next(world, app, { auth_session, otp }, await proof())
    const code = { code: last.body.authorization_code, pkce }
    expectJsonError(await redeem(world, app, code), 400, 'invalid_grant')
    const { status, body: tokens } = await redeem(world, app, code, { dpop: await makeProof(world) })
    expect([status, tokens.token_type]).toEqual([200, 'DPoP'])
  })

  test('a session of an attested instance, and its code, are of no use to another instance', async () => {
    const world = appWorld({ world: { features: [await attestationFeature()] } })
    const app = await registerAttested(world, { first_party_application: true })
    const pkce = createPkce()
    const path = '/oauth2/authorize-challenge'
    const request = { response_type: 'code', scope: 'openid', password: 'open sesame' }
    const proof = { code_challenge: pkce.challenge, code_challenge_method: 'S256' }
    const { body } = await postAttested(world, app, { ...request, ...proof }, { path })
    const { auth_session } = body
    const thief = await otherPhone()
    const stolen = await postAttested(world, app, { auth_session, otp }, { path, key: thief })
    expectJsonError(stolen, 400, 'invalid_session')
    const last = await postAttested(world, app, { auth_session, otp }, { path })
    const { authorization_code: code } = last.body
    const form = { grant_type: 'authorization_code', code, code_verifier: pkce.verifier }
    expectJsonError(await postAttested(world, app, form, { key: thief }), 400, 'invalid_grant')
    expect((await postAttested(world, app, form)).status).toBe(200)
  })

  test('a code without its verifier is invalid_grant', async () => {
    const world = appWorld()
    const app = await registerApp(world)
    const { code } = await signIn(world, app)
    expectJsonError(await redeem(world, app, { code, pkce: createPkce() }), 400, 'invalid_grant')
  })

  test('a public client without PKCE gets no session', async () => {
    const world = appWorld()
    const app = await registerApp(world)
    const none = { code_challenge: undefined, code_challenge_method: undefined }
    expectJsonError(await begin(world, app, createPkce(), none), 400, 'invalid_request')
  })
})

describe('what the host answers is checked', () => {
  const login = { id: 's', authTime: 1 }
  test.each([
    ['no object', 'yes'],
    ['another type', { type: 'granted' }],
    ['no user', { type: 'authorized', session: login }],
    ['no session', { type: 'authorized', userId: alice.id }],
    ['a login in the future', { type: 'authorized', userId: alice.id, session: { id: 's', authTime: 99_999_999_999 } }],
    ['a member of the server', { type: 'insufficient_authorization', members: { auth_session: 'mine' } }],
    ['a request_uri of its own', { type: 'insufficient_authorization', members: { request_uri: 'urn:x' } }],
    ['a member that is an object', { type: 'insufficient_authorization', members: { more: {} } }],
  ])('%s is a server_error, and nothing is stored', async (_, answer) => {
    const world = appWorld({ challenge: () => answer as never })
    const app = await registerApp(world)
    const { status, body } = await begin(world, app, createPkce())
    expect([status, body.error]).toEqual([500, 'server_error'])
    expect(await liveGrants(world)).toEqual([])
  })

  test('a user who is gone, and a login below what the request demands, get no code', async () => {
    const world = appWorld({
      challenge: ({ parameters }) => ({
        type: 'authorized',
        userId: parameters.user ?? alice.id,
        session: { id: 's', authTime: 1, acr: 'urn:low' },
      }),
      world: { requireAcrValues: true },
    })
    const app = await registerApp(world)
    const start = (more: Record<string, string>) => begin(world, app, createPkce(), more)
    expectJsonError(await start({ user: 'nobody' }), 400, 'access_denied')
    expectJsonError(await start({ max_age: '60' }), 400, 'login_required')
    expectJsonError(await start({ acr_values: 'urn:high' }), 400, 'unmet_authentication_requirements')
    const claims = JSON.stringify({ id_token: { sub: { value: 'user-bob' } } })
    expectJsonError(await start({ claims }), 400, 'login_required')
    expect(await liveGrants(world)).toEqual([])
    expect((await start({})).status).toBe(200)
  })
})

test('what is withdrawn while the host authenticates the user gets no code (C15)', async () => {
  let withdraw = async (): Promise<unknown> => undefined
  const world = appWorld({
    challenge: async () => {
      await withdraw()
      return { type: 'authorized', userId: alice.id, session: { id: 's', authTime: 1 } }
    },
  })
  const app = await registerApp(world)
  withdraw = () => world.provider.revokeUserGrants(alice.id)
  expectJsonError(await begin(world, app, createPkce()), 400, 'access_denied')
  expect(await liveGrants(world)).toEqual([])
})

test('authorization details are granted on a page alone: such a request goes to a browser, and the host is not asked', async () => {
  let asked = 0
  const world: World = appWorld({
    challenge: () => {
      asked++
      return { type: 'authorized', userId: alice.id, session: { id: 's', authTime: world.clock.now() } }
    },
    world: {
      features: [
        pushedAuthorizationRequests(),
        richAuthorizationRequests({ types: { customer_data: { schema: commonFields({ actions: ['read'] }) } } }),
      ],
    },
  })
  const app = await registerApp(world, { authorization_details_types: ['customer_data'] })
  const pkce = createPkce()
  const authorization_details = JSON.stringify([{ type: 'customer_data', actions: ['read'] }])
  const { status, body } = await begin(world, app, pkce, { scope: 'openid', authorization_details })
  expect([status, body.error, body.authorization_code, asked]).toEqual([400, 'redirect_to_web', undefined, 0])
  const url = new URL(`${world.issuer}/oauth2/authorize`)
  url.search = new URLSearchParams({ client_id: app.client_id, request_uri: body.request_uri }).toString()
  const visit = await world.browser().visit(url.href, { user: alice, accept: true })
  const code = new URL(visit.url).searchParams.get('code') ?? ''
  const tokens = await redeem(world, app, { code, pkce })
  expect(tokens.body.authorization_details).toEqual([{ type: 'customer_data', actions: ['read'] }])
  expect((await begin(world, app, pkce, { scope: 'openid' })).status).toBe(200)
})
