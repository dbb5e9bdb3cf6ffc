import { dpop } from '@oauth/core/features/dpop'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { type DetailsType, richAuthorizationRequests } from '@oauth/core/features/rich-authorization-requests'
import { memoryStorage } from '@oauth/core/memory'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import {
  accountInformation,
  atConsent,
  consent,
  customerData,
  granted,
  payment,
  rarWorld,
  redeem,
  shown,
  text,
} from '../../support/authorization-details.ts'
import {
  authorizeUrl,
  createPkce,
  getTokens,
  isActive,
  postAs,
  redirectUri,
  refresh,
  registerConfidential,
  userinfo,
} from '../../support/client.ts'
import { thumbprintOf } from '../../support/dpop.ts'
import { ask, expectErrorPage, expectErrorRedirect, expectJsonError } from '../../support/expectations.ts'
import { push } from '../../support/pushed-requests.ts'
import { api, createQuickWorld, introspect, registerResourceServer } from '../../support/tokens.ts'
import { alice, type World } from '../../support/world.ts'

const code = 'invalid_authorization_details'
const offline = { scope: 'openid offline_access' }

/** A server with one type, `wish`. */
function wishWorld(type: Omit<DetailsType, 'schema'> & { readonly schema?: DetailsType['schema'] }): World {
  const schema = v.strictObject({ for: v.string() })
  return createQuickWorld({ features: [richAuthorizationRequests({ types: { wish: { schema, ...type } } })] })
}
const wish = text({ type: 'wish', for: 'rain' })

describe('what clients send', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

  test.each([
    ['text that is too long', text(payment({ note: 'x'.repeat(16_384) }))],
    ['too many elements', text(...Array.from({ length: 33 }, () => payment()))],
    ['JSON that is nested deep', `[{"type":"payment_initiation","note":${nested(20)}}]`],
    ['JSON that is nested very deep', nested(8000)],
    ['the member __proto__', '[{"type":"payment_initiation","__proto__":{"creditor":"Mallory"}}]'],
    ['the member __proto__ in a member', '[{"type":"payment_initiation","amount":{"__proto__":{"value":"0"}}}]'],
    ['the type __proto__', '[{"type":"__proto__"}]'],
    ['the type constructor', '[{"type":"constructor"}]'],
    ['NUL in a string', '[{"type":"payment_initiation","creditor":"a\\u0000"}]'],
    ['half of a character', '[{"type":"payment_initiation","creditor":"\\ud800"}]'],
    ['a number that would be another one', '[{"type":"payment_initiation","note":12345678901234567890}]'],
    ['a number without an end', '[{"type":"payment_initiation","note":1e999}]'],
  ])('%s is invalid_authorization_details and no server_error (A10)', async (_what, details) => {
    const world = rarWorld({ features: [pushedAuthorizationRequests()] })
    const client = await registerConfidential(world)
    expectErrorRedirect(world, await ask(world, client, { authorization_details: details }), redirectUri, code)
    expectJsonError(await push(world, client, { authorization_details: details }), 400, code)
    const form = { grant_type: 'client_credentials', authorization_details: details }
    expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, code)
    const at = await atConsent(world, text(payment()), { client })
    await expectErrorPage(await consent(at, { authorization_details: details }), 400, code)
    expect(Object.prototype).not.toHaveProperty('creditor')
  })

  test.each([
    ['another letter case', 'merchant a'],
    ['a blank at the end', 'Merchant A '],
    ['another Unicode form', 'Me\u0301rchant A'.normalize('NFC')],
  ])('strings with %s are different, and none is changed on its way (A10)', async (_what, creditor) => {
    const world = rarWorld()
    const original = _what === 'another Unicode form' ? 'Me\u0301rchant A' : 'Merchant A'
    const at = await atConsent(world, text(payment({ creditor: original })))
    const other = { authorization_details: text(payment({ creditor })) }
    await expectErrorPage(await consent(at, other), 400, code)
    const answer = await consent(at)
    expectJsonError(await redeem(at, answer, other), 400, code)
    expect((await redeem(at, answer)).body.authorization_details).toEqual([payment({ creditor: original })])
  })

  test('the order of members in JSON makes no difference, and a repeated parameter is invalid_request (A10)', async () => {
    const world = rarWorld()
    const { amount, creditor, type } = payment()
    const at = await atConsent(world, text(payment()))
    const answer = await consent(at, { authorization_details: text({ creditor, type, amount }) })
    expect((await redeem(at, answer)).body.authorization_details).toEqual([payment()])
    const url = `${authorizeUrl(world, at.client, createPkce(), { authorization_details: wish })}&authorization_details=[]`
    const { url: end } = await world.browser().visit(url)
    expect(new URL(end).searchParams.get('error')).toBe('invalid_request')
  })

  test('a member that the schema only drops is an unknown member, not a silent loss (A02)', async () => {
    const world = wishWorld({ schema: v.object({ for: v.object({ what: v.string() }) }) })
    const client = await registerConfidential(world)
    const asking = (members: object) =>
      ask(world, client, { authorization_details: text({ type: 'wish', ...members }) })
    for (const members of [{ for: { what: 'rain' }, by: 'noon' }, { for: { what: 'rain', by: 'noon' } }]) {
      expectErrorRedirect(world, await asking(members), redirectUri, code)
    }
    const good = await asking({ for: { what: 'rain' } })
    expect(new URL(good.headers.get('location') ?? '').pathname).toBe('/login')
  })

  test('an attacker cannot have one payment granted and pay twice, in one token or in two elements (A08)', async () => {
    const world = rarWorld()
    const { body, client } = await granted(world, text(payment()), offline)
    const twice = await refresh(world, client, body.refresh_token, {
      authorization_details: text(payment(), payment()),
    })
    expectJsonError(twice, 400, code)
  })
})

describe('personal data in details', () => {
  const secret = 'Doctor Strange'
  const details = text(payment({ creditor: secret }))

  test('no URL of a page and no event has the details, from the request to the tokens (A13)', async () => {
    const world = rarWorld({ features: [pushedAuthorizationRequests()] })
    const client = await registerConfidential(world)
    const pkce = createPkce()
    const { body } = await push(world, client, { scope: 'openid', authorization_details: details }, pkce)
    const browser = world.browser()
    const query = new URLSearchParams({ client_id: client.client_id, request_uri: body.request_uri })
    const { url } = await browser.visit(`${world.issuer}/oauth2/authorize?${query}`, { user: alice })
    const at = { world, client, browser, pkce, url }
    expect((await shown(at)).parameters.authorization_details).toMatchObject([{ details: { creditor: secret } }])
    expect((await redeem(at, await consent(at))).body.authorization_details).toMatchObject([{ creditor: secret }])
    for (const visited of [...browser.visited, url]) expect(decodeURIComponent(visited)).not.toContain('Strange')
    expect(world.events.length).toBeGreaterThan(3)
    expect(JSON.stringify(world.events)).not.toContain('Strange')
  })

  test('errors and their events say where details are wrong, and not what they contain (A13)', async () => {
    const world = rarWorld({ features: [pushedAuthorizationRequests()] })
    const client = await registerConfidential(world)
    const wrong = text(payment({ creditor: secret, amount: { currency: secret, value: secret } }))
    const response = await ask(world, client, { authorization_details: wrong })
    expect(decodeURIComponent(response.headers.get('location') ?? '').replaceAll('+', ' ')).not.toContain(secret)
    const pushedAnswer = await push(world, client, { authorization_details: wrong })
    expect(JSON.stringify(pushedAnswer.body)).not.toContain(secret)
    expect(JSON.stringify(world.events)).not.toContain(secret)
  })

  test('an API that the details are not for sees them neither in the JWT nor by introspection (A09, A13)', async () => {
    const world = rarWorld()
    const elsewhere = text(payment({ creditor: secret, locations: ['https://files.example.com/v1'] }))
    const { body } = await granted(world, elsewhere, {}, { resource: api })
    expect(Buffer.from(body.access_token.split('.')[1], 'base64url').toString()).not.toContain(secret)
    const seen = await introspect(world, await registerResourceServer(world), body.access_token)
    expect([seen.body.active, JSON.stringify(seen.body).includes(secret)]).toEqual([true, false])
  })
})

describe('a process without the feature', () => {
  test('the process neither redeems a code, refreshes nor accepts an opaque token that the details limit', async () => {
    const storage = memoryStorage()
    const world = rarWorld({ storage })
    const without = createQuickWorld({ storage, beside: world })
    const { body, client } = await granted(world, text(payment()), offline)
    expect(await isActive(world, body.access_token)).toBe(true)
    expect(await isActive(without, body.access_token)).toBe(false)
    expect((await userinfo(without, body.access_token)).status).toBe(401)
    expect((await introspect(without, client, body.access_token)).body).toEqual({ active: false })
    expectJsonError(await refresh(without, client, body.refresh_token), 400, 'invalid_grant')
    expect((await refresh(world, client, body.refresh_token)).status).toBe(200)
    const at = await atConsent(world, text(payment()), { client })
    const answer = await consent(at)
    expectJsonError(await redeem({ ...at, world: without }, answer), 400, 'invalid_grant')
    expect((await redeem(at, answer)).status).toBe(200)
  })

  test('the process cannot complete a request with details, so that no grant lacks them', async () => {
    const storage = memoryStorage()
    const world = rarWorld({ storage })
    const without = createQuickWorld({ storage, beside: world })
    const at = await atConsent(world, text(payment()), { scope: 'openid' })
    const browser = without.browser()
    for (const [name, value] of at.browser.cookies) browser.cookies.set(name, value)
    const posted = await consent({ ...at, world: without, browser })
    expectErrorRedirect(without, posted, redirectUri, 'invalid_request')
    expect(await world.provider.listGrants(alice.id)).toEqual([])
  })

  test('a process without the feature dpop cannot complete a request with dpop_jkt, so that no code is unbound', async () => {
    const storage = memoryStorage()
    const world = createQuickWorld({ storage, features: [dpop()] })
    const without = createQuickWorld({ storage, beside: world })
    const client = await registerConfidential(world)
    const browser = world.browser()
    const asked = authorizeUrl(world, client, createPkce(), { dpop_jkt: await thumbprintOf() })
    const { url } = await browser.visit(asked, { user: alice })
    const other = without.browser()
    for (const [name, value] of browser.cookies) other.cookies.set(name, value)
    expectErrorRedirect(without, await other.consent(url, true), redirectUri, 'invalid_request')
  })
})

describe('what the host answers is checked', () => {
  const failed = (world: World) => world.events.filter(({ type }) => type === 'request.failed')

  test.each<[string, unknown, string]>([
    ['a string', 'rain', 'must answer with a JSON object'],
    ['a list', ['rain'], 'must answer with a JSON object'],
    ['another type', { type: 'curse', for: 'rain' }, 'must not change the type'],
    ['a Date', { for: new Date(0) }, 'must answer with a JSON object'],
    ['an unknown member', { for: 'rain', by: 'noon' }, 'answered with details that'],
    ['a member of another type', { for: 7 }, 'answered with details that is not valid'],
    ['NUL', { for: 'a\0' }, 'NUL'],
  ])('enrich that answers with %s is server_error, and nothing is granted (A06)', async (_what, answer, problem) => {
    const world = wishWorld({ enrich: () => answer as object })
    const at = await atConsent(world, wish)
    await expectErrorPage(await consent(at), 500, 'server_error')
    expect(failed(world).map((event) => String((event as { cause?: unknown }).cause))).toEqual([
      expect.stringContaining(problem),
    ])
    expect(await world.provider.listGrants(alice.id)).toEqual([])
  })

  test('covers, mayRequest and withoutUser count only when they answer true (A06, A08)', async () => {
    const yes = 'yes' as unknown as boolean
    const less = text({ type: 'wish', for: 'less' })
    for (const [answer, status] of [
      [undefined as unknown as boolean, 400],
      [yes, 500],
    ] as const) {
      const covering = wishWorld({ covers: () => answer })
      const at = await atConsent(covering, wish)
      expect((await consent(at, { authorization_details: less })).status).toBe(status)
      const may = wishWorld({ mayRequest: () => answer })
      const { url } = await atConsent(may, wish)
      expect(new URL(url).searchParams.get('error')).toBe(status === 400 ? code : 'server_error')
      const machine = wishWorld({ withoutUser: () => answer })
      const form = { grant_type: 'client_credentials', authorization_details: wish }
      const refused = await postAs(machine, await registerConfidential(machine), '/oauth2/token', form)
      expect(refused.status).toBe(status)
    }
  })

  test('enrich cannot change what the client asked for, and is called with copies (A06)', async () => {
    const world = wishWorld({
      enrich({ asked, chosen }) {
        Object.assign(asked, { for: 'snow' })
        return chosen
      },
    })
    const at = await atConsent(world, wish)
    const { body } = await redeem(at, await consent(at))
    expect(body.authorization_details).toEqual(JSON.parse(wish))
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a value that is no JSON', { value: new Date(0) }],
    ['a value with a bigint', { value: { for: 1n } }],
    ['a value with NUL, which databases refuse', { value: { for: 'a\0' } }],
    ['a value with __proto__', { value: JSON.parse('{"for":"x","__proto__":{}}') }],
  ])('a schema that answers with %s is server_error with an event that names the type', async (_, answer) => {
    const schema = { '~standard': { version: 1, vendor: 'test', validate: () => answer } }
    const world = wishWorld({ schema: schema as DetailsType['schema'] })
    const { url } = await atConsent(world, wish)
    expect(new URL(url).searchParams.get('error')).toBe('server_error')
    expect(String((failed(world)[0] as { cause?: unknown }).cause)).toContain('the schema of wish')
  })

  test('hooks of the host cannot set authorization_details (A07, A09)', async () => {
    const world = rarWorld({
      customAccessTokenClaims: () => ({ authorization_details: [payment()] }),
      customTokenResponseFields: () => ({ authorization_details: [payment()] }),
    })
    const client = await registerConfidential(world)
    const { access_token, authorization_details } = await getTokens(world, client, { scope: 'openid' })
    expect(authorization_details).toBeUndefined()
    expect((await introspect(world, client, access_token)).body).not.toHaveProperty('authorization_details')
  })
})

describe('options', () => {
  const schema = v.strictObject({})
  test.each<[object, string]>([
    [{}, 'richAuthorizationRequests: types is missing'],
    [{ types: {} }, 'richAuthorizationRequests: types must name at least one type'],
    [{ types: { wish: schema } }, 'richAuthorizationRequests: types.wish'],
    [{ types: { wish: {} } }, 'richAuthorizationRequests: types.wish: schema is missing'],
    [{ types: { wish: { schema: { parse: () => true } } } }, 'must be a schema that follows Standard Schema'],
    [{ types: { wish: { schema, cover: () => true } } }, 'types.wish: cover is not known'],
    [{ types: { wish: { schema, covers: true } } }, 'types.wish: covers'],
    [{ types: { wish: { schema, locations: [] } } }, 'types.wish: locations must not be empty'],
    [{ types: { 'a\nb': { schema } } }, 'must be 1 to 255 printable characters'],
    [{ types: { wish: { schema } }, remember: true }, 'richAuthorizationRequests: remember is not known'],
  ])('richAuthorizationRequests refuses the options %o', (options, problem) => {
    expect(() => richAuthorizationRequests(options as never)).toThrow(problem)
  })
})

test('two answers to one consent page grant the details once', async () => {
  const world = rarWorld()
  const at = await atConsent(world, text(accountInformation({ accounts: ['DE1'] }), customerData()))
  const answers = await Promise.all(Array.from({ length: 20 }, () => consent(at)))
  const codes = answers.filter((answer) => answer.headers.get('location')?.includes('code=') === true)
  expect(codes).toHaveLength(1)
  expect(await world.provider.listGrants(alice.id)).toHaveLength(1)
})
