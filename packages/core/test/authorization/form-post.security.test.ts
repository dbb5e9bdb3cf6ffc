import { describe, expect, test } from 'vitest'
import { authorize, authorizeUrl, createPkce, redirectUri, registerConfidential } from '../support/client.ts'
import { readFormPost, scriptsOf } from '../support/form-post.ts'
import { createQuickWorld } from '../support/tokens.ts'

const scope = 'openid'

async function formPost(state: string, uri = redirectUri) {
  const world = createQuickWorld()
  const client = await registerConfidential(world, { redirect_uris: [uri] })
  const { browser } = await authorize(world, client, { scope, redirect_uri: uri })
  const parameters = { scope, redirect_uri: uri, response_mode: 'form_post', state }
  const good = await browser.request(authorizeUrl(world, client, createPkce(), parameters))
  const bad = await world
    .browser()
    .request(authorizeUrl(world, client, createPkce(), { ...parameters, prompt: 'none' }))
  return [good, bad] as const
}

describe('form_post page (H02)', () => {
  test.each([
    ['a quote and a new element', '"><script>alert(1)</script>'],
    ['a quote and a handler', "' onfocus='alert(1)' autofocus='"],
    ['the end of the form', '</form><form action="https://evil.test/">'],
    ['the end of the script', '</script><script>alert(1)</script>'],
    ['entities', '&quot;&#34;&lt;&amp;amp;'],
    ['line breaks and a right-to-left mark', 'a\r\nb\u202e'],
    ['as many characters as a state may have', '<'.repeat(4096)],
  ])('state with %s is a value and nothing else, in success and in error (H02)', async (_name, state) => {
    for (const response of await formPost(state)) {
      const { html, action, fields } = await readFormPost(response)
      expect(fields.state).toBe(state)
      expect(action).toBe(redirectUri)
      expect(scriptsOf(html).map(({ script }) => script)).toEqual(['document.forms[0].submit()'])
      expect(html.match(/<form\b/g)?.length).toBe(1)
      expect(html).not.toMatch(/<(?:img|iframe|link|a|object|embed|base)\b/)
    }
  })

  test('a redirect URI with characters that mean something in HTML is whole, and an attribute (H02)', async () => {
    const uri = `${redirectUri}?a='x'&b=(1)&copy=2`
    for (const response of await formPost('s', uri)) expect((await readFormPost(response)).action).toBe(uri)
  })

  test('the policy lets run the one script, by its hash, and nothing else; nobody frames or keeps the page (H02)', async () => {
    for (const response of await formPost('s')) {
      const { html } = await readFormPost(response)
      const policy = new Map(
        (response.headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
          const [name = '', ...sources] = directive.split(' ')
          return [name, sources.join(' ')] as const
        }),
      )
      expect(policy.get('script-src')).toBe(scriptsOf(html)[0]?.source)
      expect(policy.get('default-src')).toBe("'none'")
      expect(policy.get('frame-ancestors')).toBe("'none'")
      expect(policy.get('base-uri')).toBe("'none'")
      // Decision 0021: a form-action would stop clients whose callback redirects to another origin of theirs.
      expect(policy.has('form-action')).toBe(false)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('x-frame-options')).toBe('DENY')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    }
  })
})
