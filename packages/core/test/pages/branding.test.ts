import { describe, expect, test } from 'vitest'
import { authorize, authorizeUrl, createPkce, registerConfidential } from '../support/client.ts'
import { readFormPost } from '../support/form-post.ts'
import { createLogoutWorld, logoutUrl, readForm, registerEnding, signInAt } from '../support/logout.ts'
import { readBuiltIn } from '../support/pages.ts'
import { alice, createWorld, type WorldOptions } from '../support/world.ts'

const branding = {
  name: 'Example ID',
  logoUrl: '/logo.svg',
  links: { home: '/', help: 'https://help.example.com/', privacy: '/privacy' },
} as const

/** The page for a redirect URI that is not registered, of a client that is. */
async function wrongAddress(client: object = {}, options: WorldOptions = {}, parameters: Record<string, string> = {}) {
  const world = createWorld(options)
  const registered = await registerConfidential(world, client)
  const wrong = { redirect_uri: 'https://evil.example/', ...parameters }
  const response = await world.browser().request(authorizeUrl(world, registered, createPkce(), wrong))
  return { world, response, html: await response.text() }
}

describe('the branding of the server’s own pages', () => {
  test('shows name, logo and links, and lets the page load the logo alone', async () => {
    const { response, html } = await wrongAddress({}, { branding })
    expect(html).toContain('<title>This did not work – Example ID</title>')
    expect(html).toContain('<header><img src="https://id.example.com/logo.svg" alt=""><span>Example ID</span></header>')
    expect(readBuiltIn(html).links).toEqual([
      ['Go to the start page', 'https://id.example.com/'],
      ['Help', 'https://help.example.com/'],
      ['Privacy', 'https://id.example.com/privacy'],
    ])
    expect(response.headers.get('content-security-policy')).toContain('img-src https://id.example.com;'.slice(0, -1))
    expect(response.headers.get('content-language')).toBe('en')
  })

  test('is not there by default: no header, no footer, no image and no link', async () => {
    const { response, html } = await wrongAddress()
    expect(html).not.toMatch(/<(?:header|footer|img|a)\b/)
    expect(response.headers.get('content-security-policy')).not.toContain('img-src')
  })
})

describe('the way back from an error page', () => {
  test('leads to the application that the host has registered', async () => {
    const client = { client_name: 'Notes', client_uri: 'https://notes.example.com/' }
    expect(readBuiltIn((await wrongAddress(client, { branding })).html).links[0]).toEqual([
      'Back to Notes',
      'https://notes.example.com/',
    ])
  })

  test('is there for an error that the user’s own request ends in', async () => {
    const world = createWorld({ branding: { links: { home: '/' } } })
    const client = await registerConfidential(world, { client_uri: 'https://notes.example.com/' })
    const pkce = createPkce()
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, pkce, { ui_locales: 'de' }), { user: alice })
    browser.signOut()
    const response = await browser.consent(url, true)
    expect(response.status).toBe(403)
    expect(readBuiltIn(await response.text())).toMatchObject({
      language: 'de',
      title: 'Sie müssen sich anmelden',
      links: [['Zurück zu Notes', 'https://notes.example.com/']],
    })
  })
})

describe('the language of the server’s own pages', () => {
  test('is the first of ui_locales that there are texts for', async () => {
    const { html, response } = await wrongAddress({}, { branding }, { ui_locales: 'xx de-AT en' })
    expect(readBuiltIn(html)).toMatchObject({ language: 'de', title: 'Das hat nicht geklappt' })
    expect(html).toContain('>Datenschutz</a>')
    expect(response.headers.get('content-language')).toBe('de')
  })

  test('is one that the host has added, in its direction', async () => {
    const languages = { he: { errorTitle: 'זה לא עבד' } }
    const { html } = await wrongAddress({}, { branding: { languages } }, { ui_locales: 'he' })
    expect(html).toContain('<html lang="he" dir="rtl">')
    expect(readBuiltIn(html).title).toBe('זה לא עבד')
    expect(html).toContain('<p lang="en" dir="ltr">Redirect URI ')
  })

  test('has a text of the host in place of the built-in one', async () => {
    const languages = { de: { errorTitle: 'Hoppla' } }
    const { html } = await wrongAddress({}, { branding: { languages } }, { ui_locales: 'de' })
    expect(readBuiltIn(html).title).toBe('Hoppla')
    expect(readBuiltIn(html).user[0]).toContain('Zu Ihrem Schutz')
  })

  test('is the default of the host for a browser with another language', async () => {
    const { html } = await wrongAddress({}, { branding: { defaultLanguage: 'de' } }, { ui_locales: 'it' })
    expect(readBuiltIn(html).language).toBe('de')
  })

  test('is that of the request on the page that posts the response, although the request is over', async () => {
    const world = createWorld()
    const client = await registerConfidential(world, { redirect_uris: ['https://app.example.com/callback'] })
    const { browser } = await authorize(world, client, { scope: 'openid' })
    const pkce = createPkce()
    const parameters = { scope: 'openid', response_mode: 'form_post', ui_locales: 'de' }
    const { html } = await readFormPost(await browser.request(authorizeUrl(world, client, pkce, parameters)))
    expect(readBuiltIn(html)).toMatchObject({ language: 'de', title: 'Zurück zur Anwendung' })
  })

  test('stays the same from the question whether to sign out to the page after it', async () => {
    const world = createLogoutWorld({ branding: { name: 'Example ID' } })
    const client = await registerEnding(world)
    const { browser } = await signInAt(world, client)
    const question = await (await browser.request(logoutUrl(world, { ui_locales: 'de' }))).text()
    expect(readBuiltIn(question).user).toContain(
      'Möchten Sie sich von Example ID abmelden? Wenn nicht, schließen Sie diese Seite.',
    )
    const { action, body } = readForm(question)
    const headers = { origin: 'null', 'sec-fetch-site': 'same-origin' }
    const done = await browser.request(action, { method: 'POST', body, headers })
    expect(readBuiltIn(await done.text())).toMatchObject({ language: 'de', title: 'Abgemeldet' })
  })
})
