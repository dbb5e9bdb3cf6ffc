import { describe, expect, test } from 'vitest'
import { authorize, authorizeUrl, createPkce, type Parameters, registerConfidential } from '../support/client.ts'
import { ask } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, type WorldOptions } from '../support/world.ts'

const scope = 'openid'

async function start(options: WorldOptions = {}) {
  const world = createQuickWorld(options)
  const client = await registerConfidential(world)
  /** Returns the hints that the login page gets for a request with these parameters. */
  const told = async (parameters: Parameters) => {
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { scope, ...parameters }))
    expect(new URL(url).pathname).toBe('/login')
    expect(await world.provider.verifyPageQuery(url)).toBeDefined()
    const context = await world.provider.resolveLoginContext(browser.pageRequest(url))
    return { context, query: new URL(url).searchParams, url }
  }
  return { world, client, told }
}

const odd: readonly (readonly [string, string])[] = [
  ['nothing the standard knows', 'hologram'],
  ['odd tags', 'x-klingon tlh-Latn-AQ *-* de--DE en_US.UTF-8'],
  ['markup', '"><script>alert(1)</script>'],
  ['line breaks', 'a\r\nset-cookie: x=1'],
  ['other scripts', '日本語 עברית 🏴‍☠️'],
  ['spaces alone', '   '],
  ['ten thousand characters', 'x'.repeat(10_000)],
  ['ten thousand characters of tags', 'de-CH '.repeat(1700)],
]
const names = ['display', 'ui_locales', 'claims_locales', 'acr_values', 'login_hint']

describe('parameters that are hints', () => {
  test.each(names.flatMap((name) => odd.map(([kind, value]) => [name, kind, value] as const)))(
    '%s with %s is never an error',
    async (name, _kind, value) => {
      const { world, client, told } = await start()
      const { url } = await told({ [name]: value })
      expect(url.length).toBeLessThan(4000)
      const { browser } = await authorize(world, client, { scope })
      const silent = await ask(world, client, { scope, prompt: 'none', [name]: value }, { browser })
      expect(silent.headers.get('location')).toContain('code=')
    },
  )

  test('hints are passed to the page unchanged, in its context and in its signed URL', async () => {
    const { told } = await start()
    const { context, query } = await told({
      display: 'touch',
      ui_locales: 'de-CH fr-CA en',
      claims_locales: 'ja',
      acr_values: '2 1',
      login_hint: 'alice@example.com',
    })
    expect(context).toMatchObject({
      display: 'touch',
      uiLocales: 'de-CH fr-CA en',
      claimsLocales: 'ja',
      acrValues: ['2', '1'],
      acrRequired: false,
      loginHint: 'alice@example.com',
    })
    expect(Object.fromEntries(query)).toMatchObject({
      display: 'touch',
      ui_locales: 'de-CH fr-CA en',
      claims_locales: 'ja',
      acr_values: '2 1',
      login_hint: 'alice@example.com',
    })
  })

  test('what is long is cut: at 255 characters, never inside a character or an entry of a list (F05)', async () => {
    const { told } = await start()
    const { context } = await told({
      login_hint: `${'x'.repeat(254)}🙂🙂`,
      ui_locales: 'de-CH '.repeat(1000),
      claims_locales: 'x'.repeat(300),
      acr_values: 'urn:example:silver '.repeat(100),
    })
    expect(context.loginHint).toBe('x'.repeat(254))
    expect(context.uiLocales).toMatch(/^de-CH( de-CH){41}$/)
    expect(context).not.toHaveProperty('claimsLocales')
    expect(context.acrValues.length).toBe(13)
    expect(new Set(context.acrValues)).toEqual(new Set(['urn:example:silver']))
  })

  test('parameters that nobody knows are ignored and not kept', async () => {
    const { world, client, told } = await start()
    const { query } = await told({ extra: 'foobar', 'x-y': '1', max_auth_age: 'soon', 日本: '🙂' })
    expect([...query.keys()].sort()).toEqual(
      ['client_id', 'exp', 'redirect_uri', 'response_type', 'scope', 'sig', 'state'].sort(),
    )
    const { browser } = await authorize(world, client, { scope })
    const again = await ask(world, client, { scope, extra: 'foobar' }, { browser })
    expect(again.headers.get('location')).not.toContain('foobar')
    expect(again.headers.get('location')).toContain('code=')
  })
})

describe('discovery', () => {
  test('discovery advertises what the host declares about its pages and sessions', () => {
    const advertisedMetadata = {
      acrValuesSupported: ['urn:example:gold'],
      uiLocalesSupported: ['en', 'de-CH'],
      claimsLocalesSupported: ['en'],
      displayValuesSupported: ['page', 'popup'],
    }
    expect(createQuickWorld({ advertisedMetadata }).provider.metadata).toMatchObject({
      acr_values_supported: ['urn:example:gold'],
      ui_locales_supported: ['en', 'de-CH'],
      claims_locales_supported: ['en'],
      display_values_supported: ['page', 'popup'],
      claim_types_supported: ['normal'],
      claims_parameter_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    })
    const { metadata } = createQuickWorld().provider
    for (const name of ['acr_values_supported', 'ui_locales_supported', 'claims_locales_supported']) {
      expect(metadata).not.toHaveProperty(name)
    }
  })

  test('a feature may say otherwise', () => {
    const features = [{ name: 'objects', start: () => ({ serverMetadata: { request_parameter_supported: true } }) }]
    const { metadata } = createQuickWorld({ features } as WorldOptions).provider
    expect(metadata.request_parameter_supported).toBe(true)
    expect(metadata.request_uri_parameter_supported).toBe(false)
  })
})

test('a login_hint does not make a login for the user that it names', async () => {
  const { world, client } = await start()
  const { browser } = await authorize(world, client, { scope }, { user: alice })
  const silent = await ask(world, client, { scope, prompt: 'none', login_hint: 'bob@example.com' }, { browser })
  expect(silent.headers.get('location')).toContain('code=')
})
