import { experimentalFirstPartyAppsDraft03 } from '@oauth/core/features/first-party-apps-draft-03'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { describe, expect, test } from 'vitest'
import { claimsOf, createPkce, refresh, registerConfidential } from '../../support/client.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice } from '../../support/world.ts'
import { appWorld, begin, next, redeem, registerApp, scope, signIn } from './first-party-apps.ts'

describe('a first-party application signs its user in without a browser', () => {
  test('it asks for the password, then for the one-time password, and exchanges the code for tokens', async () => {
    const world = appWorld()
    const app = await registerApp(world)
    const pkce = createPkce()
    const first = await begin(world, app, pkce)
    expect([first.status, first.body]).toEqual([
      400,
      {
        error: 'insufficient_authorization',
        error_description: expect.any(String),
        otp_required: true,
        auth_session: expect.stringMatching(/^[\w-]{43}$/),
      },
    ])
    expect(first.headers.get('cache-control')).toBe('no-store')
    const { auth_session } = first.body
    const wrong = await next(world, app, { auth_session, otp: '000000' })
    expect([wrong.status, wrong.body.otp_wrong, wrong.body.auth_session]).toEqual([400, true, auth_session])
    const last = await next(world, app, { auth_session, otp: '123456' })
    expect([last.status, last.body]).toEqual([200, { authorization_code: expect.any(String) }])

    const { status, body } = await redeem(world, app, { code: last.body.authorization_code, pkce })
    expect([status, body.token_type, body.scope]).toEqual([200, 'Bearer', scope])
    const login = { sub: alice.id, amr: ['pwd', 'otp'], acr: 'urn:two-factors', auth_time: world.clock.now() }
    expect(claimsOf(body.id_token)).toMatchObject(login)
    expect((await refresh(world, app, body.refresh_token)).status).toBe(200)
  })

  test('the discovery documents have the endpoint, and a server without the feature has neither', async () => {
    const { provider } = appWorld()
    expect(provider.metadata.authorization_challenge_endpoint).toBe(`${provider.issuer}/oauth2/authorize-challenge`)
    expect(createQuickWorld().provider.metadata).not.toHaveProperty('authorization_challenge_endpoint')
  })

  test('redirect_to_web sends the application to a browser and ends the session', async () => {
    const world = appWorld()
    const app = await registerApp(world)
    const { body } = await begin(world, app, createPkce())
    const { auth_session } = body
    expectJsonError(await next(world, app, { auth_session, otp: 'suspicious' }), 400, 'redirect_to_web')
    expectJsonError(await next(world, app, { auth_session, otp: '123456' }), 400, 'invalid_session')
  })

  test('redirect_to_web has a request_uri where requests can be pushed, with which the user continues in a browser', async () => {
    const world = appWorld({ world: { features: [pushedAuthorizationRequests({ lifetimeSeconds: 90 })] } })
    const app = await registerApp(world)
    const pkce = createPkce()
    const first = await begin(world, app, pkce, { scope: 'openid email', password: 'wrong', state: 'of-the-app' })
    const { auth_session } = first.body
    await next(world, app, { auth_session, password: 'open sesame' })
    const { status, body } = await next(world, app, { auth_session, otp: 'suspicious', scope: 'openid notes:read' })
    expect([status, body.error, body.expires_in]).toEqual([400, 'redirect_to_web', 90])
    const url = new URL(`${world.issuer}/oauth2/authorize`)
    url.search = new URLSearchParams({ client_id: app.client_id, request_uri: body.request_uri }).toString()
    const visit = await world.browser().visit(url.href, { user: alice, accept: true })
    const answer = new URL(visit.url).searchParams
    expect(answer.get('state')).toBe('of-the-app')
    const tokens = await redeem(world, app, { code: answer.get('code') ?? '', pkce })
    expect([tokens.status, tokens.body.scope]).toEqual([200, 'openid email'])
  })

  test('redirect_to_web at the first request has a request_uri, too, and none without PKCE', async () => {
    const world = appWorld({
      challenge: () => ({ type: 'redirect_to_web' }),
      world: { features: [pushedAuthorizationRequests()] },
    })
    const app = await registerConfidential(world, { first_party_application: true, require_pkce: false })
    expect((await begin(world, app, createPkce())).body).toMatchObject({ error: 'redirect_to_web', expires_in: 60 })
    const none = { code_challenge: undefined, code_challenge_method: undefined, scope: 'openid' }
    const { body } = await begin(world, app, createPkce(), none)
    expect(body).toEqual({ error: 'redirect_to_web', error_description: expect.any(String) })
  })

  test('the host is told what the application asks for and what the user entered, and no credential of the client', async () => {
    const asked: unknown[] = []
    const world = appWorld({
      challenge: ({ client, ...challenge }) => {
        asked.push({ client: client.id, ...challenge })
        return { type: 'insufficient_authorization' }
      },
    })
    const app = await registerConfidential(world, {
      first_party_application: true,
      token_endpoint_auth_method: 'client_secret_post',
    })
    const hints = { login_hint: 'alice', acr_values: 'urn:high', max_age: '60', nonce: 'n', state: 's' }
    await begin(world, app, createPkce(), { ...hints, resource: 'https://api.example.com', device: 'phone' })
    expect(asked).toEqual([
      {
        client: app.client_id,
        scopes: scope.split(' '),
        resources: ['https://api.example.com'],
        loginHint: 'alice',
        acrValues: 'urn:high',
        maxAge: 60,
        parameters: { password: 'open sesame', device: 'phone' },
      },
    ])
  })

  test('the grant is among the connected apps with what made it', async () => {
    const world = appWorld()
    const app = await registerApp(world)
    await signIn(world, app)
    const [entry] = await world.provider.listConnectedApps(alice.id)
    expect(entry).toMatchObject({ clientId: app.client_id, via: ['firstPartyApps'], remembered: false })
    await world.provider.disconnectApp(alice.id, app.client_id)
    expect(await world.provider.listConnectedApps(alice.id)).toEqual([])
  })

  test('an application may have several redirect URIs, or name one of its own', async () => {
    const world = appWorld()
    const redirect_uris = ['https://app.example.com/a', 'https://app.example.com/b']
    const app = await registerApp(world, { redirect_uris })
    expect((await redeem(world, app, await signIn(world, app))).status).toBe(200)
    expect((await redeem(world, app, await signIn(world, app, { redirect_uri: redirect_uris[1] }))).status).toBe(200)
    const foreign = await begin(world, app, createPkce(), { redirect_uri: 'https://evil.example/' })
    expectJsonError(foreign, 400, 'invalid_request')
  })
})

describe('options of experimentalFirstPartyAppsDraft03', () => {
  test('an unknown, missing or wrong option is a TypeError that names it', () => {
    const challenge = () => ({ type: 'redirect_to_web' }) as const
    for (const [options, name] of [
      [{}, 'challenge'],
      [{ challenge, attempts: 0 }, 'attempts'],
      [{ challenge, lifetimeSeconds: 1.5 }, 'lifetimeSeconds'],
      [{ challenge, lifetime: 60 }, 'lifetime'],
    ] as const) {
      expect(() => experimentalFirstPartyAppsDraft03(options as never)).toThrow(name)
    }
  })
})
