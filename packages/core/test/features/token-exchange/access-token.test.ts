import { dpop } from '@oauth/core/features/dpop'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import { exchangeForm, exchangeOfApis, files, machineToken, toFiles } from '../../support/access-token-exchange.ts'
import { claimsOf, credentials, getTokens, post, postAs, refresh, registerConfidential } from '../../support/client.ts'
import { makeProof, postWithProof, thumbprintOf } from '../../support/dpop.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { tokenExchangeName, type } from '../../support/token-exchange.ts'
import { api, createQuickWorld, introspect } from '../../support/tokens.ts'
import { alice } from '../../support/world.ts'

describe('an access token in exchange for another', () => {
  test('an API gets a token for the API behind it, with its type and without a refresh token or an ID token (X01, X02, X08)', async () => {
    const { world, ask, subject } = await exchangeOfApis()
    const { status, body, headers } = await ask({ audience: files, scope: 'notes:read' })
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(body).toEqual({
      access_token: expect.any(String),
      issued_token_type: type('access_token'),
      token_type: 'Bearer',
      expires_in: (claimsOf(subject).exp as number) - world.clock.now(),
      scope: 'notes:read',
    })
    expect(world.provider.metadata.grant_types_supported).toContain(tokenExchangeName)
    expect(world.provider.metadata).not.toHaveProperty('identity_chaining_requested_token_types_supported')
  })

  test('the type of the token may be named, and is an access token by default (X03)', async () => {
    const { ask } = await exchangeOfApis()
    const named = await ask({ resource: files, requested_token_type: type('access_token') })
    expect([named.status, named.body.issued_token_type]).toEqual([200, type('access_token')])
  })

  test('the token names the user, the client and, in act, who acts; introspection by the API does as well (X09)', async () => {
    const { world, filesApi, ask } = await exchangeOfApis()
    const { body } = await ask({ resource: files })
    const says = { sub: alice.id, client_id: 'orders-api', aud: files, act: { sub: 'orders-api' } }
    expect(claimsOf(body.access_token)).toMatchObject(says)
    expect((await introspect(world, filesApi, body.access_token)).body).toMatchObject({ active: true, ...says })
  })

  test('a token that only this server reads keeps act for introspection (X09)', async () => {
    const { world, web, ask, answers } = await exchangeOfApis({ world: { disableJwtPlugin: true } })
    answers.decision = toFiles
    const { body } = await ask({ resource: files })
    expect(body.access_token.split('.')).toHaveLength(1)
    const filesApi = await registerConfidential(world, { client_id: 'reader', resources: [files] })
    expect((await introspect(world, filesApi, body.access_token)).body).toMatchObject({
      active: true,
      sub: alice.id,
      act: { sub: 'orders-api' },
    })
    expect((await introspect(world, web, body.access_token)).body).toEqual({ active: false })
  })

  test('a second exchange puts the newest actor outermost and keeps the earlier ones (X09, X14)', async () => {
    const { world, filesApi, ask, answers } = await exchangeOfApis()
    const first = (await ask({ resource: files })).body.access_token
    answers.decision = { mode: 'delegation', resources: [api] }
    const second = await postAs(world, filesApi, '/oauth2/token', exchangeForm(first, { resource: api }))
    expect(claimsOf(second.body.access_token)).toMatchObject({
      sub: alice.id,
      client_id: 'files-api',
      act: { sub: 'files-api', act: { sub: 'orders-api' } },
    })
  })

  test('impersonation leaves act out, and keeps those who acted before (X11)', async () => {
    const { world, filesApi, ask, answers } = await exchangeOfApis({
      decision: { mode: 'impersonation', resources: [files] },
    })
    expect(claimsOf((await ask()).body.access_token)).not.toHaveProperty('act')
    answers.decision = toFiles
    const delegated = (await ask()).body.access_token
    answers.decision = { mode: 'impersonation', resources: [api] }
    const { body } = await postAs(world, filesApi, '/oauth2/token', exchangeForm(delegated))
    expect(claimsOf(body.access_token).act).toEqual({ sub: 'orders-api' })
  })

  test('the actor of an actor token is the one who acts: a program, or another user (X02, X09)', async () => {
    const { world, orders, ask, seen } = await exchangeOfApis()
    const actor_token = await machineToken(world, orders)
    const { body } = await ask({ actor_token, actor_token_type: type('access_token') })
    expect(claimsOf(body.access_token).act).toEqual({ sub: 'orders-api' })
    expect(seen.at(-1)?.actor).toEqual({ sub: 'orders-api', clientId: 'orders-api' })
  })

  test('the policy sees who asks, for whom, with which token and for which API (X11)', async () => {
    const { world, subject, ask, seen } = await exchangeOfApis()
    await ask({ resource: files, scope: 'notes:read' })
    expect(seen).toEqual([
      {
        user: alice,
        clientId: 'orders-api',
        subjectToken: {
          type: 'access_token',
          id: claimsOf(subject).jti,
          clientId: 'web',
          scope: expect.arrayContaining(['notes:read']),
          resources: [api],
          keyNotProved: false,
        },
        scope: ['notes:read'],
        resources: [files],
        authTime: world.clock.now(),
        amr: ['pwd'],
      },
    ])
  })

  test('audience and resource may be repeated, and all other parameters may not (X16)', async () => {
    const { world, orders, subject, ask, answers } = await exchangeOfApis()
    answers.decision = { mode: 'delegation', resources: [api, files] }
    const form = new URLSearchParams(exchangeForm(subject) as Record<string, string>)
    for (const name of ['audience', 'resource']) for (const one of [api, files]) form.append(name, one)
    const { headers } = credentials(orders)
    expect((await post(world, '/oauth2/token', form, headers)).status).toBe(200)
    form.append('subject_token_type', type('access_token'))
    expectJsonError(await post(world, '/oauth2/token', form, headers), 400, 'invalid_request')
    expect((await ask()).status).toBe(200)
  })

  test('a refresh token of the client gives what a refresh would give, and is not used up (X03)', async () => {
    const { world, answers } = await exchangeOfApis()
    answers.decision = { mode: 'impersonation' }
    const client = await registerConfidential(world, {
      grant_types: ['authorization_code', 'refresh_token', tokenExchangeName],
    })
    const { refresh_token } = await getTokens(world, client)
    const form = { ...exchangeForm(refresh_token), subject_token_type: type('refresh_token'), resource: api }
    const { status, body } = await postAs(world, client, '/oauth2/token', form)
    expect([status, claimsOf(body.access_token).aud, body.refresh_token]).toEqual([200, api, undefined])
    expect((await refresh(world, client, refresh_token)).status).toBe(200)
  })

  test('a client may exchange its own token for one with less scope (X07)', async () => {
    const { world, answers } = await exchangeOfApis()
    answers.decision = { mode: 'impersonation' }
    const client = await registerConfidential(world, { grant_types: ['authorization_code', tokenExchangeName] })
    const { access_token } = await getTokens(world, client, { scope: 'openid notes:read email' }, { resource: api })
    const { body } = await postAs(world, client, '/oauth2/token', exchangeForm(access_token, { scope: 'notes:read' }))
    expect(claimsOf(body.access_token)).toMatchObject({ aud: api, scope: 'notes:read' })
  })

  test('the event says who, for whom, from which token and to which API (X15)', async () => {
    const { world, subject, ask } = await exchangeOfApis()
    await ask({ resource: files, scope: 'notes:read' })
    expect(world.events).toContainEqual({
      type: 'token.exchanged',
      clientId: 'orders-api',
      userId: alice.id,
      grantId: (claimsOf(subject).jti as string).split('.')[0],
      subjectTokenId: claimsOf(subject).jti,
      subjectClientId: 'web',
      mode: 'delegation',
      actor: 'orders-api',
      resources: [files],
      scopes: ['notes:read'],
    })
    expect(JSON.stringify(world.events)).not.toContain(subject)
  })
})

describe('what kind of token it is', () => {
  test('a DPoP proof at the exchange binds the new token, and the type of the answer is DPoP (X08, X12)', async () => {
    const { world, orders, subject } = await exchangeOfApis({ world: { features: [dpop()] } })
    const answer = await postWithProof(world, orders, exchangeForm(subject), await makeProof(world))
    expect([answer.status, answer.body.token_type]).toEqual([200, 'DPoP'])
    expect(claimsOf(answer.body.access_token).cnf).toEqual({ jkt: await thumbprintOf() })
    expect((await introspect(world, orders, answer.body.access_token)).body).toMatchObject({
      token_type: 'DPoP',
      act: { sub: 'orders-api' },
    })
  })

  test('an API that demands bound tokens gets no other in exchange (X12)', async () => {
    const { world, orders, subject, ask } = await exchangeOfApis({
      world: { features: [dpop({ requiredForResources: [files] })] },
    })
    expectJsonError(await ask(), 400, 'invalid_request')
    const answer = await postWithProof(world, orders, exchangeForm(subject), await makeProof(world))
    expect(answer.status).toBe(200)
  })

  test('the new token has the form that its API wants, and tokens of every form can be exchanged (X08)', async () => {
    const { world, filesApi, subject, ask, answers } = await exchangeOfApis({
      world: { resourceOptions: { [files]: { accessTokenTyp: 'JWT' } } },
    })
    expect(decodeProtectedHeader(subject).typ).toBe('at+jwt')
    const { access_token } = (await ask()).body
    expect(decodeProtectedHeader(access_token).typ).toBe('JWT')
    answers.decision = { mode: 'delegation', resources: [api] }
    const again = await postAs(world, filesApi, '/oauth2/token', exchangeForm(access_token))
    expect(decodeProtectedHeader(again.body.access_token).typ).toBe('at+jwt')
  })
})

describe('who may act (may_act)', () => {
  test('the tokens of users name who may act for them, when the host says so (X10)', async () => {
    const { world, filesApi, subject, ask, answers } = await exchangeOfApis({
      options: { mayAct: ({ client }) => (client.id === 'web' ? { sub: 'orders-api' } : undefined) },
    })
    expect(claimsOf(subject).may_act).toEqual({ sub: 'orders-api' })
    const { status, body } = await ask()
    expect(status).toBe(200)
    // The new token keeps it, so that nobody else exchanges it again.
    expect(claimsOf(body.access_token).may_act).toEqual({ sub: 'orders-api' })
    answers.decision = { mode: 'delegation', resources: [api] }
    const again = await postAs(world, filesApi, '/oauth2/token', exchangeForm(body.access_token))
    expectJsonError(again, 400, 'invalid_request')
  })
})

describe('options of tokenExchange for access tokens', () => {
  test.each<[string, object, RegExp]>([
    ['neither kind', {}, /idJag and accessTokens are both missing/],
    ['no policy', { accessTokens: {} }, /tokenExchange: accessTokens/],
    ['a policy that is no function', { accessTokens: { authorize: true } }, /authorize must be a function/],
    ['a lifetime of nothing', { accessTokens: { authorize() {}, lifetimeSeconds: 0 } }, /lifetimeSeconds must be at/],
    ['an endless chain', { accessTokens: { authorize() {}, maxActors: 100 } }, /maxActors must be at most 8/],
    ['a misspelt member', { accessTokens: { authorize() {}, mayact() {} } }, /mayact is not known/],
  ])('tokenExchange refuses to start with %s (X11)', (_, options, message) => {
    expect(() => createQuickWorld({ features: [tokenExchange(options as never)] })).toThrow(message)
  })
})
