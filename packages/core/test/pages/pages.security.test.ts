import type { RenderPage } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { authorize, authorizeUrl, createPkce, registerConfidential } from '../support/client.ts'
import { readFormPost, scriptsOf } from '../support/form-post.ts'
import { createLogoutWorld, logoutUrl, registerEnding, signInAt } from '../support/logout.ts'
import { readBuiltIn } from '../support/pages.ts'
import { createWorld, type WorldOptions } from '../support/world.ts'

const attacks = [
  '"><script>alert(1)</script>',
  "' onmouseover='alert(1)'",
  '</title></style><img src=x onerror=alert(1)>',
  '<a href="https://evil.example">Sign in again</a>',
  '{name} $& $1 &lt;b&gt;',
]

/** Elements and attributes that a page without branding never has. */
const foreign = /<(?:script|img|a|iframe|link|base|object|embed|svg|form)\b|<[^>]*\son\w+=/i

/** The headers with which no page may be framed, kept, sniffed or made to run something. */
function expectProtected(response: Response): void {
  const policies = (response.headers.get('content-security-policy') ?? '').split(', ')
  expect(policies[0]).toMatch(
    /^default-src 'none'; style-src (?:'self' )?'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'/,
  )
  expect(response.headers.get('x-frame-options')).toBe('DENY')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('set-cookie')).toBeNull()
}

async function errorPageOf(parameters: Record<string, string>, options: WorldOptions = {}, client: object = {}) {
  const world = createWorld(options)
  const { client_id } = await registerConfidential(world, client)
  const wrong = { redirect_uri: 'https://evil.example/', ...parameters }
  const response = await world.browser().request(authorizeUrl(world, { client_id }, createPkce(), wrong))
  return { response, html: await response.text(), world }
}

describe('an error page', () => {
  test.each(attacks)('shows a redirect URI as text: %s', async (attack) => {
    const { response, html } = await errorPageOf({ redirect_uri: `https://evil.example/${attack}` })
    expect(response.status).toBe(400)
    expect(html).not.toMatch(foreign)
    expectProtected(response)
  })

  test.each(attacks)('takes no text from ui_locales or Accept-Language: %s', async (attack) => {
    const world = createWorld()
    const url = authorizeUrl(world, { client_id: 'nobody' }, createPkce(), { ui_locales: attack })
    const response = await world.browser().request(url, { headers: { 'accept-language': attack } })
    const html = await response.text()
    expect(html).toContain('<html lang="en" dir="ltr">')
    expect(html).not.toMatch(foreign)
    expect(response.headers.get('content-language')).toBe('en')
  })

  test.each(attacks)('shows the name of an application as text: %s', async (attack) => {
    const client = { client_name: attack, client_uri: 'https://notes.example.com/' }
    const { html } = await errorPageOf({}, {}, client)
    expect(html.match(/<a\b/g)?.length).toBe(1)
    expect(html.replace(/<a id="continue"/, '')).not.toMatch(foreign)
  })

  test.each(attacks)('shows name and texts of the branding as text: %s', async (attack) => {
    const branding = {
      name: attack,
      languages: { en: { errorTitle: attack, addressNotRegistered: attack, forDeveloper: attack } },
    }
    const { html, response } = await errorPageOf({}, { branding })
    expect(html).not.toMatch(foreign)
    expectProtected(response)
  })

  test('leads to no address of the request, whatever it says', async () => {
    const parameters = { client_uri: 'https://evil.example/', home: 'https://evil.example/', ui_locales: 'de' }
    const { html } = await errorPageOf({ ...parameters }, { branding: { links: { home: '/' } } })
    expect(readBuiltIn(html).links).toEqual([['Zur Startseite', 'https://id.example.com/']])
  })

  test('neither names nor links an application that registered itself: a link to this server would lend it a trusted look', async () => {
    const world = createWorld({
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
      branding: { links: { home: '/' } },
    })
    const registration = await world.browser().request(`${world.issuer}/oauth2/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Your Bank',
        client_uri: 'https://evil.example/',
        redirect_uris: ['https://evil.example/callback'],
        token_endpoint_auth_method: 'none',
      }),
    })
    expect(registration.status).toBe(201)
    const client = (await registration.json()) as { readonly client_id: string }
    const url = authorizeUrl(world, client, createPkce(), { redirect_uri: 'https://evil.example/other' })
    const html = await (await world.browser().request(url)).text()
    expect(html).not.toContain('Your Bank')
    expect(readBuiltIn(html).links).toEqual([['Go to the start page', 'https://id.example.com/']])
  })

  test('does not link an application whose stored address is dangerous', async () => {
    const world = createWorld()
    const { client_id } = await registerConfidential(world, { client_uri: 'https://notes.example.com/' })
    const record = await world.storage.clients.find(client_id)
    if (record === undefined) throw new Error('there is no client')
    const { metadata, version } = record
    const changed = { ...record, version: version + 1, metadata: { ...metadata, client_uri: 'javascript:alert(1)' } }
    expect(await world.storage.clients.replace(changed, version)).toBe('won')
    const wrong = { redirect_uri: 'https://evil.example/' }
    const html = await (await world.browser().request(authorizeUrl(world, { client_id }, createPkce(), wrong))).text()
    expect(html).not.toMatch(/<a\b|javascript:/)
  })
})

describe('a page of the hook renderPage', () => {
  const loose = {
    'content-security-policy': "default-src *; script-src * 'unsafe-inline'; frame-ancestors *",
    'cache-control': 'public, max-age=600',
    'x-frame-options': 'ALLOWALL',
    'referrer-policy': 'unsafe-url',
    'set-cookie': 'a=b',
    'access-control-allow-origin': '*',
    location: 'https://evil.example/',
  }

  test('keeps status and headers of the server: a policy of its own can only forbid more', async () => {
    const renderPage: RenderPage = () =>
      new Response('<html></html>', { status: 200, headers: { 'content-type': 'text/html', ...loose } })
    const { response, html } = await errorPageOf({}, { renderPage })
    expect([response.status, html]).toEqual([400, '<html></html>'])
    expectProtected(response)
    const [own, further] = (response.headers.get('content-security-policy') ?? '').split(', ')
    expect(own).not.toContain('script-src')
    expect(further).toBe(loose['content-security-policy'])
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('location')).toBeNull()
  })

  test('with line breaks in its policy adds no header', async () => {
    const answer = {
      headers: new Map([
        ['content-type', 'text/html'],
        ['content-security-policy', "default-src 'self'\r\nset-cookie: a=b"],
      ]),
      text: async () => '<html></html>',
    }
    const { response, html } = await errorPageOf({}, { renderPage: (() => answer) as unknown as RenderPage })
    expect(html).toContain('<h1>This did not work</h1>')
    expectProtected(response)
  })

  async function formPostWith(renderPage: RenderPage) {
    const world = createWorld({ renderPage })
    const client = await registerConfidential(world)
    const { browser } = await authorize(world, client, { scope: 'openid' })
    const state = '"><script>alert(1)</script>'
    const parameters = { scope: 'openid', response_mode: 'form_post', state }
    return {
      world,
      page: await readFormPost(await browser.request(authorizeUrl(world, client, createPkce(), parameters))),
      state,
    }
  }

  test('has the form escaped, so that a template without escaping is safe', async () => {
    const { page, state } = await formPostWith((made) => `<html><h1>Own</h1>${made.formHtml}</html>`)
    expect(page.html).toContain('<h1>Own</h1>')
    expect(page.fields.state).toBe(state)
    expect(scriptsOf(page.html).map(({ script }) => script)).toEqual(['document.forms[0].submit()'])
  })

  test.each<[string, RenderPage]>([
    ['leaves the form out', () => '<html></html>'],
    ['has the form twice', ({ formHtml }) => `<html>${formHtml}${formHtml}</html>`],
    ['has another form above it', ({ formHtml }) => `<html><FORM action="/search"></FORM>${formHtml}</html>`],
    ['has it inside of another form', ({ formHtml }) => `<html><form action="/search">${formHtml}</form></html>`],
    ['has it in a comment', ({ formHtml }) => `<html><!-- ${formHtml} --></html>`],
    [
      'sends the form elsewhere',
      ({ formHtml }) => `<html>${formHtml?.replace('app.example.com', 'evil.example')}</html>`,
    ],
  ])('that %s is not shown: the code would not arrive, or not where it should', async (_title, renderPage) => {
    const { world, page } = await formPostWith(renderPage)
    expect(page.action).toBe('https://app.example.com/callback')
    expect(page.html).toContain('<h1>Back to the application</h1>')
    expect(world.events.find(({ type }) => type === 'page.failed')).toMatchObject({ kind: 'form_post' })
  })
})

describe('the pages of a logout', () => {
  test('name an application only when its ID token proves that it sent the user', async () => {
    const seen: (string | undefined)[] = []
    const world = createLogoutWorld({ renderPage: ({ client }) => void seen.push(client?.clientId) })
    const client = await registerEnding(world, { client_uri: 'https://notes.example.com/' })
    const { browser, idToken } = await signInAt(world, client)
    const claimed = await (await browser.request(logoutUrl(world, { client_id: client.client_id }))).text()
    expect(claimed).not.toContain('https://notes.example.com/')
    const proved = await (await browser.request(logoutUrl(world, { id_token_hint: idToken }))).text()
    expect(readBuiltIn(proved).links).toEqual([['Back to Notes', 'https://notes.example.com/']])
    expect(seen).toEqual([undefined, client.client_id])
  })
})
