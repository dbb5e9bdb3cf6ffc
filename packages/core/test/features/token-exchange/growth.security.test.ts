import { dpop } from '@oauth/core/features/dpop'
import { jwtBearer } from '@oauth/core/features/jwt-bearer'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { describe, expect, test } from 'vitest'
import { exchangeForm, exchangeOfApis, files, toFiles } from '../../support/access-token-exchange.ts'
import { jwtBearerName, makeAssertion, trustedIdp } from '../../support/assertions.ts'
import { payment, rar, text } from '../../support/authorization-details.ts'
import {
  claimsOf,
  credentials,
  getTokens,
  isActive,
  type Parameters,
  post,
  postAs,
  refresh,
  registerConfidential,
} from '../../support/client.ts'
import { authorizeForProof, makeProof, postWithProof } from '../../support/dpop.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { chat, tokenExchangeName, type } from '../../support/token-exchange.ts'
import { api, createQuickWorld } from '../../support/tokens.ts'

// Attacks that make more of a token by exchanging it: once, again and again, or by the way of another grant.

/** A client that may sign users in, refresh and exchange its own tokens. */
const own = { grant_types: ['authorization_code', 'refresh_token', tokenExchangeName] as const }

describe('a chain of exchanges', () => {
  test('what an exchange left out does not come back in the next one: scope, API and time (X07)', async () => {
    const { world, filesApi, subject, ask, answers } = await exchangeOfApis({
      authorize: { scope: 'openid email notes:read' },
      options: { lifetimeSeconds: 120 },
    })
    const narrow = await ask({ scope: 'notes:read' })
    const token: string = narrow.body.access_token
    world.clock.advance(60)
    // The policy may name APIs, and nothing else gets through it.
    answers.decision = { mode: 'delegation', resources: [api] }
    const again = (form: Parameters) => postAs(world, filesApi, '/oauth2/token', exchangeForm(token, form))
    expectJsonError(await again({ scope: 'notes:read email' }), 400, 'invalid_scope')
    const { body } = await again({})
    expect([body.scope, body.expires_in]).toEqual(['notes:read', 60])
    answers.decision = { mode: 'delegation' }
    expectJsonError(await again({ resource: api }), 400, 'invalid_target')
    expect(claimsOf((await again({})).body.access_token).aud).toBe(files)
    expect(claimsOf(body.access_token).exp).toBeLessThan(claimsOf(subject).exp as number)
  })

  test('exchanging the same token in a circle does not make it live longer (X07)', async () => {
    const { world, orders, subject, answers } = await exchangeOfApis({ decision: { mode: 'impersonation' } })
    let token = subject
    for (let round = 0; round < 5; round++) {
      world.clock.advance(60)
      token = (await postAs(world, orders, '/oauth2/token', exchangeForm(token))).body.access_token
      answers.decision = { mode: 'impersonation', resources: [api] }
    }
    expect(claimsOf(token).exp).toBe(claimsOf(subject).exp)
    world.clock.advance((claimsOf(subject).exp as number) - world.clock.now())
    expect(await isActive(world, token)).toBe(false)
  })

  test('a policy that answers differently each time cannot drop the actors of before (X09, X11)', async () => {
    const { world, filesApi, ask, answers } = await exchangeOfApis()
    const delegated: string = (await ask()).body.access_token
    answers.decision = { mode: 'impersonation', resources: [files] }
    const { body } = await postAs(world, filesApi, '/oauth2/token', exchangeForm(delegated))
    expect(claimsOf(body.access_token).act).toEqual({ sub: 'orders-api' })
  })

  test('a token without authorization details gets none in an exchange (X07)', async () => {
    const { ask } = await exchangeOfApis({ world: { features: [rar()] } })
    const answer = await ask({ authorization_details: text(payment()) })
    expectJsonError(answer, 400, 'invalid_authorization_details')
    expect(claimsOf((await ask()).body.access_token)).not.toHaveProperty('authorization_details')
  })
})

describe('an API that nobody named', () => {
  test('the default resource of the server is not given in an exchange: the token stays for its own API (X07)', async () => {
    const { subject, ask } = await exchangeOfApis({
      decision: { mode: 'delegation' },
      world: { defaultResource: files },
      authorize: { scope: 'notes:read', resource: api },
    })
    expect(claimsOf(subject).aud).toBe(api)
    expect(claimsOf((await ask()).body.access_token).aud).toBe(api)
    expectJsonError(await ask({ resource: files }), 400, 'invalid_target')
  })

  test('a token without an API does not become one for an API, by resource or by audience (X07)', async () => {
    const { world, answers } = await exchangeOfApis()
    answers.decision = { mode: 'delegation' }
    const client = await registerConfidential(world, own)
    const { access_token } = await getTokens(world, client)
    const ask = (form: Parameters) => postAs(world, client, '/oauth2/token', exchangeForm(access_token, form))
    for (const form of [{ resource: api }, { audience: api }]) expectJsonError(await ask(form), 400, 'invalid_target')
    const { body } = await ask({})
    expect((await world.provider.verifyAccessToken(body.access_token))?.audience).toEqual([])
  })

  test('an exchange that names the API of the token and another one is refused as a whole (X06, X07)', async () => {
    const { world, web, orders, answers } = await exchangeOfApis()
    answers.decision = { mode: 'delegation' }
    const { access_token } = await getTokens(world, web, { scope: 'notes:read' }, { resource: api })
    const form = new URLSearchParams(exchangeForm(access_token) as Record<string, string>)
    for (const one of [api, files]) form.append('resource', one)
    const answer = await post(world, '/oauth2/token', form, credentials(orders).headers)
    expectJsonError(answer, 400, 'invalid_target')
  })

  test('a client that no longer stands for the API cannot exchange the tokens of its callers (X04)', async () => {
    const { world, ask } = await exchangeOfApis()
    expect((await ask()).status).toBe(200)
    await world.provider.updateClient('orders-api', { resources: [files] })
    expectJsonError(await ask(), 400, 'invalid_request')
  })
})

describe('an exchange by the way of the refresh token', () => {
  test('the refresh token gives no more in an exchange than the grant has (X07)', async () => {
    const { world, answers } = await exchangeOfApis()
    answers.decision = { mode: 'impersonation' }
    const client = await registerConfidential(world, own)
    const signIn = { scope: 'openid offline_access notes:read', resource: api }
    const { refresh_token } = await getTokens(world, client, signIn, { resource: api })
    const ask = (form: Parameters) => {
      const subject = { subject_token_type: type('refresh_token'), ...form }
      return postAs(world, client, '/oauth2/token', exchangeForm(refresh_token, subject))
    }
    expectJsonError(await ask({ scope: 'notes:write' }), 400, 'invalid_scope')
    expectJsonError(await ask({ resource: files }), 400, 'invalid_target')
    const { body } = await ask({})
    expect([body.scope, claimsOf(body.access_token).aud, body.refresh_token]).toEqual(['notes:read', api, undefined])
  })

  test('may_act counts for the refresh token as for the access token of the same grant (X10)', async () => {
    const { world, answers } = await exchangeOfApis({ options: { mayAct: () => ({ sub: 'orders-api' }) } })
    const client = await registerConfidential(world, own)
    const { access_token, refresh_token } = await getTokens(world, client, {}, { resource: api })
    for (const mode of ['delegation', 'impersonation']) {
      answers.decision = { mode }
      const byAccess = await postAs(world, client, '/oauth2/token', exchangeForm(access_token))
      expectJsonError(byAccess, 400, 'invalid_request')
      const form = exchangeForm(refresh_token, { subject_token_type: type('refresh_token') })
      expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, 'invalid_request')
    }
    expect((await refresh(world, client, refresh_token)).status).toBe(200)
  })

  test('an exchanged token has no refresh token, so no rotation carries an actor into a longer life (X07)', async () => {
    const { ask } = await exchangeOfApis()
    const { body } = await ask({ scope: 'notes:read' })
    expect(body).not.toHaveProperty('refresh_token')
    const form = { subject_token: body.access_token, subject_token_type: type('refresh_token') }
    expectJsonError(await ask(form), 400, 'invalid_request')
  })
})

describe('keys', () => {
  test('a client that must bind its tokens gets none without a proof, by no kind of subject token (X12)', async () => {
    const { world, answers } = await exchangeOfApis({ world: { features: [dpop()] } })
    answers.decision = { mode: 'impersonation', withoutSubjectKey: true }
    const client = await registerConfidential(world, { ...own, dpop_bound_access_tokens: true })
    const { redeem } = await authorizeForProof(world, client, { scope: 'openid offline_access notes:read' })
    const { body } = await redeem({}, { resource: api })
    for (const [token, name] of [
      [body.access_token, 'access_token'],
      [body.refresh_token, 'refresh_token'],
    ] as const) {
      const form = exchangeForm(token, { subject_token_type: type(name) })
      expectJsonError(await postWithProof(world, client, form, undefined), 400, 'invalid_request')
      const bound = await postWithProof(world, client, form, await makeProof(world))
      expect([bound.status, bound.body.token_type]).toEqual([200, 'DPoP'])
    }
  })

  test('a token for which the policy waived the key once needs the policy again in the next exchange (X12)', async () => {
    const { world, orders, filesApi, web, answers } = await exchangeOfApis({ world: { features: [dpop()] } })
    const { redeem } = await authorizeForProof(world, web, { scope: 'openid notes:read' })
    const { body } = await redeem({}, { resource: api })
    answers.decision = { ...toFiles, withoutSubjectKey: true }
    const key = await makeProof(world)
    const bound = await postWithProof(world, orders, exchangeForm(body.access_token), key)
    expect(bound.body.token_type).toBe('DPoP')
    answers.decision = { mode: 'delegation' }
    const again = exchangeForm(bound.body.access_token)
    expectJsonError(await postAs(world, filesApi, '/oauth2/token', again), 400, 'invalid_request')
  })
})

describe('other tokens of this server as subject tokens', () => {
  test('an ID token, a refresh token, an ID-JAG and an assertion are no access tokens, whatever type they are called (X04, X05)', async () => {
    const world = createQuickWorld({
      features: [
        tokenExchange({
          accessTokens: { authorize: () => ({ mode: 'impersonation' }) },
          idJag: { audiences: [{ audience: chat, clients: () => 'there', scopes: 'any', resources: 'any' }] },
        }),
        jwtBearer({ issuers: [await trustedIdp()] }),
      ],
    })
    const client = await registerConfidential(world, { grant_types: [...own.grant_types, jwtBearerName] })
    const ask = (form: Parameters) => postAs(world, client, '/oauth2/token', exchangeForm('', form))
    const { access_token, id_token, refresh_token } = await getTokens(world, client, {}, { resource: api })
    const jag = { requested_token_type: type('id-jag'), audience: chat }
    const { body } = await ask({ ...jag, subject_token: id_token, subject_token_type: type('id_token') })
    expect(body.issued_token_type).toBe(type('id-jag'))
    const assertion = await makeAssertion(world, client)
    for (const subject_token of [id_token, refresh_token, body.access_token, assertion]) {
      for (const name of ['access_token', 'jwt', 'id_token', 'id-jag']) {
        const form = { subject_token, subject_token_type: type(name) }
        expectJsonError(await ask(form), 400, 'invalid_request')
      }
    }
    // An ID-JAG comes of a sign-in alone.
    for (const subject_token of [access_token, body.access_token, assertion]) {
      for (const name of ['access_token', 'jwt', 'id_token', 'refresh_token']) {
        const form = { ...jag, subject_token, subject_token_type: type(name) }
        expectJsonError(await ask(form), 400, 'invalid_request')
      }
    }
    expect((await ask({ subject_token: access_token })).status).toBe(200)
  })
})
