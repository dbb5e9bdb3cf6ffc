import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, registerConfidential, registerPublic } from '../support/client.ts'
import { ask, expectErrorRedirect } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, type World, type WorldOptions } from '../support/world.ts'

const trusted = 'trusted-client'
const scope = 'openid email'
const ways: readonly (readonly [string, WorldOptions, { readonly skip_consent?: boolean }])[] = [
  ['cachedTrustedClients', { cachedTrustedClients: [trusted] }, {}],
  ['trustedClientResolver', { trustedClientResolver: ({ id }) => id === trusted }, {}],
  ['skip_consent', {}, { skip_consent: true }],
]
const natives = ['com.example.app:/cb', 'http://127.0.0.1/cb', 'http://[::1]/cb', 'http://localhost/cb']
const web = 'https://app.example.com/callback'

async function prepare(options: WorldOptions, metadata: object) {
  const world = createQuickWorld(options)
  const redirect_uris = [...natives, web]
  const client = await registerPublic(world, {
    client_id: trusted,
    redirect_uris,
    application_type: 'native',
    ...metadata,
  })
  return { world, client }
}

async function visit(world: World, client: { readonly client_id: string }, redirect_uri: string) {
  const browser = world.browser()
  browser.signIn(alice)
  const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { redirect_uri, scope }))
  return { browser, url }
}

describe.each(ways)('a public client that is trusted by %s', (_name, options, metadata) => {
  test.each(natives)(
    'a trusted public client gets no code at %s without its user: a consent page, each time (A15)',
    async (redirect_uri) => {
      const { world, client } = await prepare(options, metadata)
      const { browser, url } = await visit(world, client, redirect_uri)
      expect(new URL(url).pathname).toBe('/consent')
      expect((await browser.consent(url, true)).headers.get('location')).toContain('code=')
      const again = await browser.visit(authorizeUrl(world, client, createPkce(), { redirect_uri, scope }))
      expect(new URL(again.url).pathname).toBe('/consent')
      const silent = await ask(world, client, { redirect_uri, scope, prompt: 'none' }, { browser })
      expectErrorRedirect(world, silent, redirect_uri, 'consent_required')
    },
  )

  test('a trusted public client goes on in silence over https, as a confidential client does anywhere (A15)', async () => {
    const { world, client } = await prepare(options, metadata)
    expect((await visit(world, client, web)).url).toContain('code=')
    const other = createQuickWorld(options)
    const redirect_uris = ['com.example.app:/cb']
    const confidential = await registerConfidential(other, { client_id: trusted, redirect_uris, ...metadata })
    expect((await visit(other, confidential, 'com.example.app:/cb')).url).toContain('code=')
  })

  test('a trusted public client goes on in silence where rememberConsentOfNativeClients takes the risk (A15)', async () => {
    const { world, client } = await prepare({ ...options, rememberConsentOfNativeClients: true }, metadata)
    for (const redirect_uri of natives) expect((await visit(world, client, redirect_uri)).url).toContain('code=')
  })
})
