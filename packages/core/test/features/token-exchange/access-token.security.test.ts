import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  exchangeForm,
  exchangeOfApis,
  files,
  machineToken,
  registerApi,
  toFiles,
} from '../../support/access-token-exchange.ts'
import { granted, payment, rar, text } from '../../support/authorization-details.ts'
import {
  authorize,
  claimsOf,
  credentials,
  getTokens,
  isActive,
  type Parameters,
  post,
  postAs,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../../support/client.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { tokenExchangeName, type } from '../../support/token-exchange.ts'
import { activeOf, api, createQuickWorld } from '../../support/tokens.ts'
import { alice, bob } from '../../support/world.ts'
import { keyHeader } from '../key-header.ts'

describe('the policy of the host', () => {
  test('an exchange that the policy does not allow is invalid_request, and gives nothing (X11)', async () => {
    const { world, ask, answers } = await exchangeOfApis()
    for (answers.decision of [undefined, null]) expectJsonError(await ask(), 400, 'invalid_request')
    expect(world.events.some(({ type: name }) => name === 'token.exchanged')).toBe(false)
  })

  test.each<[string, unknown]>([
    ['true', true],
    ['a list', []],
    ['no mode', { resources: [files] }],
    ['another mode', { mode: 'both' }],
    ['a wider scope', { mode: 'delegation', scope: ['notes:read', 'admin'] }],
    ['an empty scope', { mode: 'delegation', scope: [] }],
    ['scope as a text', { mode: 'delegation', scope: 'notes:read' }],
    ['openid, which no exchange gives', { mode: 'delegation', scope: ['openid'] }],
    ['an unknown resource', { mode: 'delegation', resources: ['https://elsewhere.example'] }],
    ['no resource at all', { mode: 'delegation', resources: [] }],
    ['a misspelt member', { mode: 'delegation', resource: [files] }],
    ['the subject', { mode: 'delegation', userId: bob.id }],
    ['withoutSubjectKey as a text', { mode: 'delegation', withoutSubjectKey: 'no' }],
  ])('a policy that answers with %s is a fault of the server (X11)', async (_, decision) => {
    const { ask } = await exchangeOfApis({ decision })
    expectJsonError(await ask(), 500, 'server_error')
  })

  test('a policy cannot leave out an actor that the request names (X11)', async () => {
    const { world, orders, ask } = await exchangeOfApis({ decision: { mode: 'impersonation' } })
    const actor_token = await machineToken(world, orders)
    const answer = await ask({ actor_token, actor_token_type: type('access_token') })
    expectJsonError(answer, 500, 'server_error')
  })
})

describe('never more than the subject token', () => {
  test('a scope beyond the subject token or the registration, openid and offline_access are invalid_scope (X06, X07)', async () => {
    const { ask } = await exchangeOfApis({ authorize: { scope: 'openid email offline_access notes:read' } })
    for (const scope of ['notes:write', 'notes:read notes:write', 'admin', 'openid', 'offline_access', 'a"b']) {
      expectJsonError(await ask({ scope }), 400, 'invalid_scope')
    }
    const { body } = await ask()
    expect(body.scope.split(' ').toSorted()).toEqual(['email', 'notes:read'])
    expect(body).not.toHaveProperty('id_token')
    expect(body).not.toHaveProperty('refresh_token')
  })

  test('a client gets no scope that it is not registered for, also when the subject token has no other (X07)', async () => {
    const { ask } = await exchangeOfApis({ client: { scope: 'notes:write' }, authorize: { scope: 'notes:read' } })
    expectJsonError(await ask(), 400, 'invalid_scope')
  })

  test('an API that the subject token is not for is invalid_target, unless the policy names it (X06, X07)', async () => {
    const { ask, answers } = await exchangeOfApis({ decision: { mode: 'delegation' } })
    expectJsonError(await ask({ resource: files }), 400, 'invalid_target')
    expectJsonError(await ask({ audience: files }), 400, 'invalid_target')
    expectJsonError(await ask({ audience: 'files-api' }), 400, 'invalid_target')
    expectJsonError(await ask({ resource: 'https://elsewhere.example' }), 400, 'invalid_target')
    expect(claimsOf((await ask()).body.access_token).aud).toBe(api)
    answers.decision = toFiles
    expect(claimsOf((await ask({ resource: files })).body.access_token).aud).toBe(files)
  })

  test('the new token ends with the subject token, or earlier by option (X07)', async () => {
    const { world, subject, ask } = await exchangeOfApis()
    world.clock.advance(100)
    const { body } = await ask()
    expect(claimsOf(body.access_token).exp).toBe(claimsOf(subject).exp)
    const short = await exchangeOfApis({ options: { lifetimeSeconds: 60 } })
    expect((await short.ask()).body.expires_in).toBe(60)
    short.world.clock.advance((claimsOf(short.subject).exp as number) - short.world.clock.now() - 10)
    expect((await short.ask()).body.expires_in).toBe(10)
  })

  test('a chain of exchanges is no longer than the option says (X09)', async () => {
    const { world, orders, filesApi, subject, answers } = await exchangeOfApis({ options: { maxActors: 2 } })
    const ask = (token: string, client = orders) => postAs(world, client, '/oauth2/token', exchangeForm(token))
    const first = await ask(subject)
    answers.decision = { mode: 'delegation', resources: [api] }
    const second = await ask(first.body.access_token, filesApi)
    expect(second.status).toBe(200)
    expectJsonError(await ask(second.body.access_token), 400, 'invalid_request')
  })

  test('the new token has no authorization details but those of the subject token (X07)', async () => {
    const { world, orders, answers } = await exchangeOfApis({ world: { features: [rar()] } })
    answers.decision = { mode: 'delegation' }
    const both = [payment(), payment({ creditor: 'Merchant B' })]
    const { body: all } = await granted(world, text(...both), { scope: 'notes:read' }, { resource: api })
    const subject = all.access_token
    const same = await postAs(world, orders, '/oauth2/token', exchangeForm(subject))
    expect(claimsOf(same.body.access_token).authorization_details).toEqual(both)
    const narrow = exchangeForm(subject, { authorization_details: text(payment()) })
    const narrowed = (await postAs(world, orders, '/oauth2/token', narrow)).body.access_token
    expect(claimsOf(narrowed).authorization_details).toEqual([payment()])
    const again = exchangeForm(narrowed, { authorization_details: text(...both) })
    expectJsonError(await postAs(world, orders, '/oauth2/token', again), 400, 'invalid_authorization_details')
  })

  test('authorization details are refused where no feature reads them (X07)', async () => {
    const { ask } = await exchangeOfApis()
    expectJsonError(await ask({ authorization_details: '[{"type":"x"}]' }), 400, 'invalid_request')
  })
})

describe('subject tokens that are refused', () => {
  test('the token of a stranger is not exchanged: it must be of the client, or for an API that it is (X04, X05)', async () => {
    const { world, filesApi, tokens, subject, ask } = await exchangeOfApis()
    expectJsonError(await ask({}, filesApi), 400, 'invalid_request')
    const plain = await getTokens(world, await registerConfidential(world))
    for (const subject_token of [
      'x',
      'a.b.c',
      `${subject}x`,
      plain.access_token,
      tokens.id_token,
      tokens.refresh_token,
    ]) {
      expectJsonError(await ask({ subject_token }), 400, 'invalid_request')
    }
  })

  test('a token without a resource is not exchanged by an API that may introspect such tokens (X04)', async () => {
    const { world, ask } = await exchangeOfApis({ client: { introspect_without_resource: true } })
    const { access_token } = await getTokens(world, await registerConfidential(world))
    expectJsonError(await ask({ subject_token: access_token }), 400, 'invalid_request')
  })

  test('a token about no user, and an ID token, give no access token (X04)', async () => {
    const { world, web, tokens, ask } = await exchangeOfApis()
    const machine = await machineToken(world, web, { resource: api, scope: 'notes:read' })
    expectJsonError(await ask({ subject_token: machine }), 400, 'invalid_request')
    const id = { subject_token: tokens.id_token, subject_token_type: type('id_token') }
    expectJsonError(await ask(id), 400, 'invalid_request')
  })

  test('an expired or revoked token, one of an ended grant, of a disabled client and of a user who is gone is refused (X04, X05)', async () => {
    const { world, web, subject, ask } = await exchangeOfApis()
    world.users.delete(alice.id)
    expectJsonError(await ask(), 400, 'invalid_request')
    world.users.set(alice.id, alice)
    const another = (await getTokens(world, web, {}, { resource: api })).access_token
    await postAs(world, web, '/oauth2/revoke', { token: another })
    expectJsonError(await ask({ subject_token: another }), 400, 'invalid_request')
    await world.provider.revokeUserGrants(alice.id)
    expectJsonError(await ask(), 400, 'invalid_request')
    const later = (await getTokens(world, web, {}, { resource: api })).access_token
    expect((await ask({ subject_token: later })).status).toBe(200)
    await world.provider.updateClient('web', { disabled: true })
    expectJsonError(await ask({ subject_token: later }), 400, 'invalid_request')
    world.clock.advance((claimsOf(subject).exp as number) - world.clock.now())
    expectJsonError(await ask(), 400, 'invalid_request')
  })
})

describe('the actor', () => {
  test.each<[string, Parameters]>([
    ['an actor_token without its type', { actor_token: 'x' }],
    ['an actor_token_type without a token', { actor_token_type: type('access_token') }],
    ['an actor that is an ID token', { actor_token: 'x', actor_token_type: type('id_token') }],
    ['an unknown actor_token', { actor_token: 'x', actor_token_type: type('access_token') }],
  ])('%s is invalid_request (X02, X05)', async (_, form) => {
    const { ask } = await exchangeOfApis()
    expectJsonError(await ask(form), 400, 'invalid_request')
  })

  test('the actor token of a stranger, or one that somebody else acts with, is refused (X04, X09)', async () => {
    const { world, filesApi, ask } = await exchangeOfApis()
    const actor_token_type = type('access_token')
    const stranger = await machineToken(world, filesApi, { resource: files })
    expectJsonError(await ask({ actor_token: stranger, actor_token_type }), 400, 'invalid_request')
    const delegated = (await ask()).body.access_token
    expectJsonError(await ask({ actor_token: delegated, actor_token_type }), 400, 'invalid_request')
  })

  test.each<[string, object]>([
    ['another client', { sub: 'files-api' }],
    ['the client at another issuer', { sub: 'orders-api', iss: 'https://elsewhere.example' }],
  ])('nobody acts with a token whose may_act names %s, also not by impersonation (X10)', async (_, mayAct) => {
    const { ask, answers } = await exchangeOfApis({ options: { mayAct: () => mayAct as never } })
    expectJsonError(await ask(), 400, 'invalid_request')
    answers.decision = { mode: 'impersonation', resources: [files] }
    expectJsonError(await ask(), 400, 'invalid_request')
  })

  test.each<[string, unknown]>([
    ['true', true],
    ['no sub', { iss: 'https://elsewhere.example' }],
    ['a member that nobody checks', { sub: 'orders-api', client_id: 'x' }],
  ])('mayAct that answers with %s is a fault of the server (X10)', async (_, answer) => {
    await expect(exchangeOfApis({ options: { mayAct: () => answer as never } })).rejects.toThrow('server_error')
  })

  test('no hook of the host can set act or may_act (X09, X10)', async () => {
    const { subject } = await exchangeOfApis({
      world: { customAccessTokenClaims: () => ({ act: { sub: 'x' }, may_act: { sub: 'x' } }) },
    })
    expect(claimsOf(subject)).not.toHaveProperty('act')
    expect(claimsOf(subject)).not.toHaveProperty('may_act')
  })
})

describe('keys', () => {
  const key = () => randomBytes(32).toString('base64url')
  const hash = (of: string) => createHash('sha256').update(of).digest('base64url')

  /** A subject token that is bound to a key of the client `web`, which may exchange as well. */
  async function bound(decision: unknown = toFiles) {
    const made = await exchangeOfApis({ decision, world: { features: [keyHeader()] } })
    const { world, orders } = made
    const own = key()
    const web = await registerConfidential(world, {
      client_id: 'bound',
      grant_types: ['client_credentials', 'authorization_code', tokenExchangeName],
    })
    const { headers, form } = credentials(web)
    const { code, pkce } = await authorize(world, web, { scope: 'openid notes:read' })
    const redeem = { grant_type: 'authorization_code', code, code_verifier: pkce.verifier, redirect_uri: redirectUri }
    const all = { ...headers, 'key-header': own }
    const redeemed = await post(world, '/oauth2/token', { ...form, ...redeem, resource: api }, all)
    const subject = redeemed.body.access_token as string
    const ask = (client = orders, proof?: string) => {
      const { headers, form } = credentials(client)
      const all = { ...headers, ...(proof !== undefined && { 'key-header': proof }) }
      return post(world, '/oauth2/token', { ...form, ...exchangeForm(subject) }, all)
    }
    return { ...made, bound: web, own, subject, ask }
  }

  test('the client of a bound token has to prove the key, whatever the policy says (X12)', async () => {
    const { bound: client, own, ask } = await bound({ ...toFiles, withoutSubjectKey: true })
    expectJsonError(await ask(client), 400, 'invalid_request')
    expectJsonError(await ask(client, key()), 400, 'invalid_request')
    const { body } = await ask(client, own)
    expect([body.token_type, claimsOf(body.access_token).cnf]).toEqual(['KeyHeader', { kh: hash(own) }])
  })

  test('another client exchanges a bound token only when the policy says so, and the new token has its own key (X12)', async () => {
    const { orders, ask, seen, answers } = await bound()
    const mine = key()
    expectJsonError(await ask(orders), 400, 'invalid_request')
    expectJsonError(await ask(orders, mine), 400, 'invalid_request')
    expect(seen.at(-1)?.subjectToken.keyNotProved).toBe(true)
    answers.decision = { ...toFiles, withoutSubjectKey: true }
    const { body } = await ask(orders, mine)
    expect(claimsOf(body.access_token).cnf).toEqual({ kh: hash(mine) })
    expect(claimsOf((await ask(orders)).body.access_token)).not.toHaveProperty('cnf')
  })

  test('a process that does not know the binding exchanges no bound token (X12)', async () => {
    const { world, feature, orders, subject, ask } = await bound({ ...toFiles, withoutSubjectKey: true })
    const without = createQuickWorld({ storage: world.storage, beside: world, features: [feature] })
    const form = exchangeForm(subject)
    expectJsonError(await postAs(without, orders, '/oauth2/token', form), 400, 'invalid_request')
    expect((await ask(orders)).status).toBe(200)
  })
})

describe('what an exchanged token hangs on', () => {
  test('ending the grant of the subject token ends every token of a chain of exchanges, JWT or not (X14)', async () => {
    for (const disableJwtPlugin of [false, true]) {
      const { world, filesApi, subject, ask, answers } = await exchangeOfApis({ world: { disableJwtPlugin } })
      const first = (await ask()).body.access_token
      answers.decision = { mode: 'delegation', resources: [api] }
      const second = (await postAs(world, filesApi, '/oauth2/token', exchangeForm(first))).body.access_token
      const chain = [subject, first, second]
      expect(await activeOf(world, chain)).toEqual(chain)
      await world.provider.revokeUserGrants(alice.id)
      expect(await activeOf(world, chain)).toEqual([])
    }
  })

  test('an exchanged token ends with the client that the user granted access to, and with the one that got it (X14)', async () => {
    const { world, ask } = await exchangeOfApis()
    const { body } = await ask()
    await world.provider.updateClient('web', { disabled: true })
    expect(await isActive(world, body.access_token)).toBe(false)
    await world.provider.updateClient('web', { disabled: false })
    expect(await isActive(world, body.access_token)).toBe(true)
    await world.provider.updateClient('orders-api', { disabled: true })
    expect(await isActive(world, body.access_token)).toBe(false)
  })

  test('deleting either client ends an exchanged token, JWT or not (X14)', async () => {
    for (const disableJwtPlugin of [false, true]) {
      for (const gone of ['web', 'orders-api']) {
        const { world, ask } = await exchangeOfApis({ world: { disableJwtPlugin } })
        const { body } = await ask()
        expect(await isActive(world, body.access_token)).toBe(true)
        await world.provider.deleteClient(gone)
        expect(await isActive(world, body.access_token)).toBe(false)
      }
    }
  })

  test('a token that is made while the grant is revoked is worth nothing (X14)', async () => {
    for (const disableJwtPlugin of [false, true]) {
      const { world, ask } = await exchangeOfApis({ world: { disableJwtPlugin } })
      const asked = Array.from({ length: 10 }, () => ask())
      await world.provider.revokeUserGrants(alice.id)
      const tokens = (await Promise.all(asked)).flatMap(({ status, body }) => (status === 200 ? body.access_token : []))
      expect(await activeOf(world, tokens)).toEqual([])
    }
  })

  test('only the client that got an exchanged token can revoke it, and the subject token lives on (X14)', async () => {
    const { world, web, orders, subject, ask } = await exchangeOfApis()
    const { access_token: token } = (await ask()).body
    await postAs(world, web, '/oauth2/revoke', { token })
    expect(await isActive(world, token)).toBe(true)
    await postAs(world, orders, '/oauth2/revoke', { token })
    expect(await activeOf(world, [subject, token])).toEqual([subject])
  })

  test('a process without the feature takes no token that names an actor, JWT or not (X09)', async () => {
    for (const disableJwtPlugin of [false, true]) {
      const { world, ask, answers } = await exchangeOfApis({ world: { disableJwtPlugin } })
      const delegated = (await ask()).body.access_token
      answers.decision = { mode: 'impersonation', resources: [files] }
      const plain = (await ask()).body.access_token
      const without = createQuickWorld({ storage: world.storage, beside: world, disableJwtPlugin })
      expect(await activeOf(without, [delegated, plain])).toEqual([plain])
    }
  })
})

describe('pairwise subjects', () => {
  test('the sub of the new token is that of the client that got it, not that of the subject token (X17)', async () => {
    const { world, ask } = await exchangeOfApis({
      world: { pairwiseSecret: 'a-pairwise-secret-with-enough-characters' },
    })
    const subject_type = 'pairwise'
    const pairwise = await registerConfidential(world, { client_id: 'pairwise', subject_type })
    const { access_token } = await getTokens(world, pairwise, { scope: 'openid notes:read' }, { resource: api })
    const known = claimsOf(access_token).sub
    expect(known).not.toBe(alice.id)
    expect(claimsOf((await ask({ subject_token: access_token })).body.access_token).sub).toBe(alice.id)
    const other = await registerApi(world, 'pairwise-api', api, {
      ...{ subject_type, redirect_uris: ['https://orders.example.com/callback'] },
      grant_types: ['authorization_code', tokenExchangeName],
    })
    const { body } = await ask({ subject_token: access_token }, other)
    expect([alice.id, known]).not.toContain(claimsOf(body.access_token).sub)
  })
})

test('a public client, and one that is not registered for it, cannot exchange access tokens (X01)', async () => {
  const { world, web, ask } = await exchangeOfApis()
  expectJsonError(await ask({}, web), 400, 'unauthorized_client')
  await expect(registerPublic(world, { grant_types: [tokenExchangeName], redirect_uris: [] })).rejects.toThrow(
    'public clients',
  )
})
