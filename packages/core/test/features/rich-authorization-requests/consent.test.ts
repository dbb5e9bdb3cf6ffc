import type { FeatureApis } from '@oauth/core/feature'
import { type CommonFields, commonFields, coversCommonFields } from '@oauth/core/features/rich-authorization-requests'
import { describe, expect, test } from 'vitest'
import {
  accountInformation,
  atConsent,
  consent,
  customerData,
  files,
  granted,
  payment,
  type rar,
  rarWorld,
  redeem,
  shown,
  text,
} from '../../support/authorization-details.ts'
import { authorizeUrl, createPkce, getTokens, refresh, registerConfidential } from '../../support/client.ts'
import { expectErrorPage } from '../../support/expectations.ts'
import { api } from '../../support/tokens.ts'
import { alice, type World } from '../../support/world.ts'

/** Where a signed-in user lands who asks again: at the consent page, or at the client. */
async function landing(
  world: World,
  { client, browser }: Pick<Awaited<ReturnType<typeof atConsent>>, 'client' | 'browser'>,
  details: string,
) {
  const asked = authorizeUrl(world, client, createPkce(), { scope: undefined, authorization_details: details })
  return new URL((await browser.visit(asked)).url).pathname
}

describe('the consent page', () => {
  test('the page gets scopes and details together, the details with the sentence of their type (A05, A06)', async () => {
    const at = await atConsent(rarWorld(), text(payment(), customerData()), { scope: 'openid notes:read' })
    const context = await shown(at)
    expect(context.scopes).toEqual(['openid', 'notes:read'])
    expect(context.parameters.authorization_details).toEqual([
      { details: payment(), description: 'Pay 123.50 EUR to Merchant A' },
      { details: customerData() },
    ])
    const { body } = await redeem(at, await consent(at))
    expect(body.scope).toBe('openid notes:read')
    expect(body.authorization_details).toEqual([payment(), customerData()])
    expect(body.id_token).toBeDefined()
  })

  test('resource changes neither what the page shows nor what is granted (A05)', async () => {
    const world = rarWorld({ bindResources: true })
    const details = text(customerData({ locations: [files] }), payment())
    const at = await atConsent(world, details, { resource: api })
    expect((await shown(at)).parameters.authorization_details).toHaveLength(2)
    const { body } = await redeem(at, await consent(at), { resource: api })
    expect(body.authorization_details).toEqual(JSON.parse(details))
    const plain = await atConsent(world, details)
    expect((await shown(plain)).parameters).toEqual((await shown(at).catch(() => shown(plain))).parameters)
  })

  test('the API of the feature gives a page the details of a request and of a grant (A06)', async () => {
    const world = rarWorld()
    const { shown: shownBy } = (world.provider.features as FeatureApis<readonly [ReturnType<typeof rar>]>)
      .richAuthorizationRequests
    const at = await atConsent(world, text(customerData()))
    expect(shownBy(await shown(at))).toEqual([{ details: customerData() }])
    await redeem(at, await consent(at))
    const [grant] = await world.provider.listGrants(alice.id)
    expect(shownBy(grant ?? {})).toEqual([{ details: customerData() }])
    expect(shownBy({})).toEqual([])
  })

  test('the user grants a part: an element that the answer leaves out with null is not granted (A06)', async () => {
    const world = rarWorld()
    const at = await atConsent(world, text(payment(), customerData()))
    const answer = { authorization_details: JSON.stringify([null, customerData()]) }
    const { body } = await redeem(at, await consent(at, answer))
    expect(body.authorization_details).toEqual([customerData()])
    const [grant] = await world.provider.listGrants(alice.id)
    expect(grant?.parameters).toEqual({ authorization_details: [{ details: customerData() }] })
  })

  test('the user grants less of an element where its type covers it (A06)', async () => {
    const at = await atConsent(rarWorld(), text(customerData()))
    const less = customerData({ actions: ['read'] })
    const { body } = await redeem(at, await consent(at, { authorization_details: text(less) }))
    expect(body.authorization_details).toEqual([less])
  })

  test.each<[string, readonly unknown[]]>([
    ['another amount', [payment({ amount: { currency: 'EUR', value: '1' } }), null]],
    ['more than the type covers', [null, customerData({ identifier: 'all' })]],
    ['an element of another type', [customerData(), customerData()]],
    ['an element that its type refuses', [null, customerData({ actions: ['delete'] })]],
    ['too few elements', [payment()]],
    ['too many elements', [payment(), customerData(), customerData()]],
    ['a string for an element', ['yes', null]],
  ])('an answer with %s is refused on a page, and the page still works (A06)', async (_what, elements) => {
    const world = rarWorld()
    const at = await atConsent(world, text(payment(), customerData({ actions: ['read'] })))
    const refused = await consent(at, { authorization_details: JSON.stringify(elements) })
    await expectErrorPage(refused, 400, 'invalid_authorization_details')
    expect((await redeem(at, await consent(at))).status).toBe(200)
  })

  test('an answer with nothing at all is refused, with scopes alone it grants the scopes, and with details alone the details (A06)', async () => {
    const world = rarWorld()
    const nothing = { authorization_details: '[null]' }
    const at = await atConsent(world, text(payment()))
    await expectErrorPage(await consent(at, nothing), 400, 'invalid_scope')
    await expectErrorPage(await consent(at, { authorization_details: '' }), 400, 'invalid_authorization_details')
    const mixed = () => atConsent(world, text(payment()), { scope: 'openid' })
    const first = await mixed()
    await expectErrorPage(await consent(first, { ...nothing, scope: '' }), 400, 'invalid_scope')
    const scopes = (await redeem(first, await consent(first, nothing))).body
    expect([scopes.scope, scopes.authorization_details]).toEqual(['openid', undefined])
    const second = await mixed()
    const details = (await redeem(second, await consent(second, { scope: '' }))).body
    expect([details.scope, details.authorization_details]).toEqual([undefined, [payment()]])
  })
})

describe('enrichment', () => {
  test('the host completes what the user chose, and what it granted is stored, answered and refreshed (A06, A07)', async () => {
    const world = rarWorld()
    const at = await atConsent(world, text(accountInformation()), { scope: 'openid offline_access' })
    const chosen = accountInformation({ accounts: ['DE1', 'XX7'] })
    const { body } = await redeem(at, await consent(at, { authorization_details: text(chosen) }))
    const enriched = accountInformation({ accounts: ['DE1'], consentId: `for ${alice.id}` })
    expect(body.authorization_details).toEqual([enriched])
    const again = await refresh(world, at.client, body.refresh_token)
    expect(again.body.authorization_details).toEqual([enriched])
    const [grant] = await world.provider.listGrants(alice.id)
    expect(grant?.parameters).toEqual({ authorization_details: [{ details: enriched }] })
  })

  test('the host may grant nothing, and a client cannot send what only the host may add (A06)', async () => {
    const world = rarWorld()
    const at = await atConsent(world, text(accountInformation()))
    const chosen = accountInformation({ accounts: ['XX7'] })
    await expectErrorPage(await consent(at, { authorization_details: text(chosen) }), 400, 'invalid_scope')
    const forged = text(accountInformation({ consentId: 'mine' }))
    const refused = await atConsent(world, forged)
    expect(new URL(refused.url).searchParams.get('error')).toBe('invalid_authorization_details')
    const posted = await consent(at, { authorization_details: forged })
    await expectErrorPage(posted, 400, 'invalid_authorization_details')
  })

  test('without a question, as for a trusted client, the host completes the details as well, or the client gets access_denied (A06)', async () => {
    const world = rarWorld({ trustedClientResolver: () => true })
    const at = await atConsent(world, text(accountInformation({ accounts: ['DE2'] })))
    const code = new URL(at.url).searchParams.get('code')
    expect(code).not.toBeNull()
    const { body } = await redeem(at, new Response(null, { headers: { location: at.url } }))
    expect(body.authorization_details).toEqual([
      accountInformation({ accounts: ['DE2'], consentId: `for ${alice.id}` }),
    ])
    const refused = await atConsent(world, text(accountInformation()))
    expect(new URL(refused.url).searchParams.get('error')).toBe('access_denied')
  })
})

describe('remembered consent', () => {
  test('the user is asked again each time by default, also for the same details (A06)', async () => {
    const world = rarWorld()
    const at = await atConsent(world, text(payment()), { scope: 'openid' })
    await redeem(at, await consent(at))
    expect(await landing(world, at, text(payment()))).toBe('/consent')
  })

  test('the user is not asked for details that a live grant covers, where the type says that consent is remembered (A06)', async () => {
    const world = rarWorld()
    const at = await atConsent(world, text(customerData()))
    await redeem(at, await consent(at))
    expect(await landing(world, at, text(customerData()))).toBe('/callback')
    expect(await landing(world, at, text(customerData({ actions: ['read'] })))).toBe('/callback')
    expect(await landing(world, at, text(customerData({ identifier: 'x' })))).toBe('/consent')
    expect(await landing(world, at, text(customerData(), payment()))).toBe('/consent')
  })

  test('a grant that was revoked, is of another client or of another user covers nothing (A06)', async () => {
    const world = rarWorld()
    const at = await atConsent(world, text(customerData()))
    await redeem(at, await consent(at))
    const other = await registerConfidential(world)
    expect(await landing(world, { ...at, client: other }, text(customerData()))).toBe('/consent')
    await world.provider.revokeUserGrants(alice.id)
    world.clock.advance(1)
    expect(await landing(world, at, text(customerData()))).toBe('/consent')
  })

  test('a consent to scopes alone does not cover details, and prompt=none is consent_required (A06)', async () => {
    const world = rarWorld()
    const client = await registerConfidential(world)
    await getTokens(world, client, { scope: 'openid' })
    const browser = world.browser()
    browser.signIn(alice)
    const asked = { scope: 'openid', prompt: 'none', authorization_details: text(customerData()) }
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), asked))
    expect(new URL(url).searchParams.get('error')).toBe('consent_required')
  })
})

describe('the common fields', () => {
  test('the ready schema takes the values that are named, in every common field (A12)', async () => {
    const details = {
      type: 'customer_data',
      locations: [files],
      actions: ['write'],
      datatypes: ['photos'],
      identifier: 'album-7',
    }
    const { body } = await granted(rarWorld(), text(details))
    expect(body.authorization_details).toEqual([details])
    const schema = commonFields({ privileges: ['admin'] })
    const valid = async (value: unknown) => (await schema['~standard'].validate(value)).issues === undefined
    expect(await valid({ privileges: ['admin'] })).toBe(true)
    for (const wrong of [
      { privileges: ['root'] },
      { privileges: [] },
      { privileges: 'admin' },
      { privileges: ['admin', 'admin'] },
      { identifier: 'x' },
      { actions: ['read'] },
    ]) {
      expect(await valid(wrong), JSON.stringify(wrong)).toBe(false)
    }
  })

  test.each<[boolean, CommonFields, CommonFields]>([
    [true, { actions: ['read', 'write'], datatypes: ['a', 'b'] }, { actions: ['read'], datatypes: ['b'] }],
    [true, { actions: ['read'] }, { actions: ['read'] }],
    [false, { actions: ['read'], datatypes: ['a'] }, { actions: ['read', 'write'], datatypes: ['a'] }],
    [false, { actions: ['read'], datatypes: ['a'] }, { actions: ['read'] }],
    [false, { actions: ['read'] }, { actions: ['read'], datatypes: ['a'] }],
    [false, { actions: ['read'], identifier: '1' }, { actions: ['read'], identifier: '2' }],
    [false, { actions: ['read'], identifier: '1' }, { actions: ['read'] }],
    [false, { locations: ['https://a.example'] }, { locations: ['https://A.example'] }],
    [false, { privileges: ['user'] }, { privileges: ['admin'] }],
  ])('coversCommonFields says %s for %o and %o, since the fields are a product (A12)', (expected, has, wants) => {
    expect(coversCommonFields(has, wants)).toBe(expected)
  })

  test('two elements do not add up to a product that neither has (A12)', async () => {
    const world = rarWorld()
    const read = customerData({ actions: ['read'], datatypes: ['contacts'] })
    const write = customerData({ actions: ['write'], datatypes: ['photos'] })
    const at = await atConsent(world, text(read, write))
    await redeem(at, await consent(at))
    expect(await landing(world, at, text(write, read))).toBe('/callback')
    expect(await landing(world, at, text(customerData()))).toBe('/consent')
  })
})
