import { describe, expect, test } from 'vitest'
import { assertionWorld } from '../../support/assertions.ts'
import {
  atConsent,
  consent,
  customerData,
  files,
  granted,
  payment,
  rar,
  rarWorld,
  redeem,
  text,
} from '../../support/authorization-details.ts'
import { claimsOf, refresh, registerConfidential } from '../../support/client.ts'
import { editClient, expectJsonError } from '../../support/expectations.ts'
import { api, introspect, registerResourceServer } from '../../support/tokens.ts'

const code = 'invalid_authorization_details'
const elsewhere = customerData({ locations: [files] })
const here = customerData({ locations: [api], actions: ['read'] })
const offline = { scope: 'openid offline_access' }

describe('the token request', () => {
  test('the token answer has the details as they were granted, for an opaque token and for a JWT (A07)', async () => {
    const world = rarWorld()
    for (const more of [{}, { resource: api }]) {
      const { status, body } = await granted(world, text(payment(), elsewhere), {}, more)
      expect([status, body.authorization_details]).toEqual([200, [payment(), elsewhere]])
    }
  })

  test('the token request of a code narrows the details, and a refresh gets all of the grant again (A08)', async () => {
    const world = rarWorld()
    const less = text(customerData({ actions: ['read'] }))
    const { body, client } = await granted(world, text(payment(), customerData()), offline, {
      authorization_details: less,
    })
    expect(body.authorization_details).toEqual(JSON.parse(less))
    expect((await introspect(world, client, body.access_token)).body.authorization_details).toEqual(JSON.parse(less))
    const whole = await refresh(world, client, body.refresh_token)
    expect(whole.body.authorization_details).toEqual([payment(), customerData()])
  })

  test('a refresh narrows the details of its token and not of the grant (A08)', async () => {
    const world = rarWorld()
    const { body, client } = await granted(world, text(payment(), customerData()), offline)
    const narrow = await refresh(world, client, body.refresh_token, { authorization_details: text(payment()) })
    expect(narrow.body.authorization_details).toEqual([payment()])
    const whole = await refresh(world, client, narrow.body.refresh_token)
    expect(whole.body.authorization_details).toEqual([payment(), customerData()])
  })

  test.each<[string, readonly object[]]>([
    ['another value', [payment({ creditor: 'Merchant B' })]],
    ['a further element', [payment(), customerData({ identifier: 'x' })]],
    ['the same element twice', [payment(), payment()]],
    ['an element of a type that was not granted', [{ type: 'account_information', accounts: [] }]],
    ['an element of an unknown type', [{ type: 'unheard_of' }]],
    ['more than its type covers', [customerData({ actions: ['read', 'write'], datatypes: ['photos'] })]],
    ['what the schema refuses', [customerData({ actions: ['delete'] })]],
  ])(
    'a token request with %s is invalid_authorization_details, and neither code nor refresh token is used up (A08, A11)',
    async (_what, more) => {
      const world = rarWorld()
      const at = await atConsent(world, text(payment(), customerData({ actions: ['read'] })), offline)
      const answer = await consent(at)
      expectJsonError(await redeem(at, answer, { authorization_details: text(...more) }), 400, code)
      const { status, body } = await redeem(at, answer)
      expect(status).toBe(200)
      const refused = await refresh(world, at.client, body.refresh_token, { authorization_details: text(...more) })
      expectJsonError(refused, 400, code)
      expect((await refresh(world, at.client, body.refresh_token)).status).toBe(200)
    },
  )

  test('a grant without details gets none by the token request (A08)', async () => {
    const world = rarWorld()
    const client = await registerConfidential(world)
    const at = await atConsent(world, text(payment()), { ...offline, client })
    const answer = await consent(at, { authorization_details: '[null]' })
    expectJsonError(await redeem(at, answer, { authorization_details: text(payment()) }), 400, code)
    expect((await redeem(at, answer)).body).not.toHaveProperty('authorization_details')
  })

  test('a client loses the details of a type that it is no longer registered for, and without a scope the grant (A04, A08)', async () => {
    const world = rarWorld()
    const { body, client } = await granted(world, text(payment(), customerData()), offline)
    await editClient(world, client.client_id, ({ metadata }) => ({
      metadata: { ...metadata, authorization_details_types: ['customer_data'] },
    }))
    const left = await refresh(world, client, body.refresh_token)
    expect(left.body.authorization_details).toEqual([customerData()])
    const at = await atConsent(world, text(customerData({ identifier: 'x' })), { client })
    const answer = await consent(at)
    await editClient(world, client.client_id, ({ metadata }) => ({
      metadata: { ...metadata, authorization_details_types: [] },
    }))
    expectJsonError(await redeem(at, answer), 400, 'invalid_grant')
  })
})

describe('what an API gets to know', () => {
  test('a JWT has the details for its audience: those with this location, and those without any (A09)', async () => {
    const { body } = await granted(rarWorld(), text(payment(), elsewhere, here), {}, { resource: api })
    expect(claimsOf(body.access_token).authorization_details).toEqual([payment(), here])
  })

  test('a JWT for which no details are meant has no such claim (A09)', async () => {
    const { body } = await granted(rarWorld(), text(elsewhere), {}, { resource: api })
    expect(claimsOf(body.access_token)).not.toHaveProperty('authorization_details')
    expect(body.authorization_details).toEqual([elsewhere])
  })

  test('details without locations are for the locations of their type (A09)', async () => {
    const world = rarWorld()
    const details = text(payment(), { type: 'account_information', accounts: ['DE1'] })
    const { body } = await granted(world, details, {}, { resource: files })
    expect(claimsOf(body.access_token).authorization_details).toEqual([payment()])
    const forApi = await granted(world, details, {}, { resource: api })
    expect(claimsOf(forApi.body.access_token).authorization_details).toMatchObject([
      payment(),
      { type: 'account_information' },
    ])
  })

  test.each(['an opaque token', 'a JWT'])('introspection of %s has what is for its audience (A09)', async (kind) => {
    const world = rarWorld(kind === 'a JWT' ? {} : { disableJwtPlugin: true })
    const { body, client } = await granted(world, text(payment(), elsewhere, here), {}, { resource: api })
    expect(String(body.access_token).includes('.')).toBe(kind === 'a JWT')
    const server = await registerResourceServer(world)
    expect((await introspect(world, server, body.access_token)).body.authorization_details).toEqual([payment(), here])
    expect((await introspect(world, client, body.access_token)).body.authorization_details).toEqual([payment(), here])
  })

  test('an API that introspects a token for two APIs gets the details of the other one left out (A09)', async () => {
    const world = rarWorld({ disableJwtPlugin: true })
    const at = await atConsent(world, text(payment({ locations: [files] }), here))
    const { body } = await redeem(at, await consent(at))
    const server = await registerConfidential(world, {
      client_name: 'API',
      resources: [api],
      introspect_without_resource: true,
    })
    const seen = (await introspect(world, server, body.access_token)).body
    expect([seen.active, seen.authorization_details]).toEqual([true, [here]])
    const own = (await introspect(world, at.client, body.access_token)).body
    expect(own.authorization_details).toEqual([payment({ locations: [files] }), here])
    const other = await registerConfidential(world, {
      resources: ['https://files.example.com/v1'],
      introspect_without_resource: true,
    })
    const theirs = (await introspect(world, other, body.access_token)).body
    expect(theirs.authorization_details).toEqual([payment({ locations: [files] })])
  })

  test('verifyAccessToken tells the host the details of an opaque token and of a JWT (A09)', async () => {
    const world = rarWorld()
    for (const more of [{}, { resource: api }]) {
      const { body } = await granted(world, text(payment()), {}, more)
      const verified = await world.provider.verifyAccessToken(body.access_token)
      expect(verified?.extra?.authorization_details).toEqual([payment()])
    }
  })
})

test('an assertion of the client gets no details, since its bounds know nothing of them', async () => {
  const { make, ask } = await assertionWorld({
    entry: { subject: 'client', mapClaims: () => ({ clientId: 'payroll', scope: ['notes:read'] }) },
    features: [rar()],
    client: { client_id: 'payroll', client_name: 'Payroll', scope: 'notes:read' },
  })
  const details = text(payment({ creditor: 'Payroll' }))
  expectJsonError(await ask(await make(), { authorization_details: details }), 400, code)
  expect((await ask(await make())).status).toBe(200)
})
