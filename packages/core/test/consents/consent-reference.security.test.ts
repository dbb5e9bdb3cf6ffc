import { describe, expect, test } from 'vitest'
import { authorize, authorizeUrl, createPkce, registerConfidential } from '../support/client.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice } from '../support/world.ts'

const scope = 'openid email'

async function start(acting: string | undefined) {
  const host = { acting, questions: 0 }
  const world = createQuickWorld({
    consentReferenceResolver: () => {
      host.questions++
      return host.acting
    },
  })
  const client = await registerConfidential(world)
  const browser = world.browser()
  const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { scope }), { user: alice })
  expect(new URL(url).pathname).toBe('/consent')
  return { host, world, client, browser, url }
}

describe('a user who switches to another reference between the page and the answer (F13)', () => {
  test.each<[string | undefined, string | undefined]>([
    ['org-1', 'org-2'],
    ['org-1', undefined],
    [undefined, 'org-1'],
  ])(
    'a user who switches from reference %j to %j is asked again, and the first answer stores no consent (F13)',
    async (from, to) => {
      const { host, world, browser, url } = await start(from)
      expect((await world.provider.resolveLoginContext(browser.pageRequest(url))).referenceId).toBe(from)
      host.acting = to
      const again = await browser.consent(url, true)
      expect(new URL(again.headers.get('location') as string).pathname).toBe('/consent')
      expect(await world.storage.consents.list({ userId: alice.id })).toEqual([])
      expect((await world.provider.resolveLoginContext(browser.pageRequest(url))).referenceId).toBe(to)
      const done = await browser.consent(again.headers.get('location') as string, true)
      expect(done.headers.get('location')).toContain('code=')
      const [consent, other] = await world.storage.consents.list({ userId: alice.id })
      expect([consent?.referenceId, other]).toEqual([to, undefined])
      const [grant] = await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })
      expect(grant?.referenceId).toBe(to)
    },
  )

  test('a user who switches the reference and back before the answer consents under the reference of the page (F13)', async () => {
    const { host, world, browser, url } = await start('org-1')
    host.acting = 'org-2'
    host.acting = 'org-1'
    expect((await browser.consent(url, true)).headers.get('location')).toContain('code=')
    expect((await world.storage.consents.list({ userId: alice.id }))[0]?.referenceId).toBe('org-1')
  })

  test('a request without a page asks for the reference once, for the consent and the grant alike (F13)', async () => {
    const { host, world, client, browser } = await start('org-1')
    await authorize(world, client, { scope }, { browser })
    host.questions = 0
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { scope }))
    expect(url).toContain('code=')
    expect(host.questions).toBe(1)
  })
})
