import type { Feature } from '@oauth/core'
import { showPage } from '@oauth/core/feature'
import { expect, test } from 'vitest'
import { readBuiltIn } from '../support/pages.ts'
import { createWorld } from '../support/world.ts'

/** A feature with a page of its own. */
const hello: Feature<'hello'> = {
  name: 'hello',
  start: () => ({
    endpoints: [
      {
        name: 'hello',
        path: '/hello',
        methods: ['GET'],
        errors: 'page',
        handle: (core, request) =>
          showPage(core, request, { kind: 'message' }, (texts) => ({
            title: 'Hello <you>',
            paragraphs: [texts.signedOutText],
            form: { action: `${core.config.issuer}/hello`, fields: { 'a"b': '<c>' }, button: texts.continue },
          })),
      },
    ],
  }),
}

test('a feature shows a page with the branding of the host, in the language of the user, and under the same headers', async () => {
  const world = createWorld({ features: [hello], branding: { name: 'Example ID', links: { home: '/' } } })
  const response = await world.browser().request(`${world.issuer}/hello`, { headers: { 'accept-language': 'de' } })
  const html = await response.text()
  expect(html).toContain('<title>Hello &lt;you&gt; – Example ID</title>')
  expect(html).toContain('<input type="hidden" name="a&quot;b" value="&lt;c&gt;">')
  expect(html).toContain('<button type="submit" id="confirm">Weiter</button>')
  expect(readBuiltIn(html)).toMatchObject({
    language: 'de',
    user: ['Sie sind abgemeldet.'],
    links: [['Zur Startseite', 'https://id.example.com/']],
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  expect(response.headers.get('cache-control')).toBe('no-store')
})
