import type { Page, RenderPage } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, registerConfidential } from '../support/client.ts'
import { createLogoutWorld, logoutUrl, readForm, registerEnding, signInAt } from '../support/logout.ts'
import { createWorld } from '../support/world.ts'

/** The answer to a request of an application that is not known, with this hook. */
async function errorWith(renderPage: RenderPage) {
  const world = createWorld({ renderPage })
  const url = authorizeUrl(world, { client_id: 'nobody' }, createPkce(), { state: 's' })
  const response = await world.browser().request(url)
  return { world, response, html: await response.text() }
}

describe('the hook renderPage', () => {
  test('makes the page from plain data', async () => {
    let seen: Page | undefined
    const { html, response } = await errorWith((page) => {
      seen = page
      return `<!doctype html><html lang="${page.language}"><h1>Oh no: ${page.title}</h1></html>`
    })
    expect(html).toBe('<!doctype html><html lang="en"><h1>Oh no: This application cannot be used here</h1></html>')
    expect(response.status).toBe(400)
    expect(seen).toMatchObject({
      kind: 'error',
      status: 400,
      language: 'en',
      direction: 'ltr',
      title: 'This application cannot be used here',
      paragraphs: [expect.stringContaining('We do not know this application')],
      error: { code: 'invalid_client', description: expect.stringContaining('client_id') },
      links: {},
      texts: { signOut: 'Sign out' },
    })
  })

  test('may answer with a Response, or with nothing for the built-in page', async () => {
    const own = await errorWith(
      () => new Response('<html><p>own</p></html>', { headers: { 'content-type': 'text/html' } }),
    )
    expect([own.response.status, own.html]).toEqual([400, '<html><p>own</p></html>'])
    for (const nothing of [undefined, null]) {
      const { html, world } = await errorWith(async () => nothing)
      expect(html).toContain('<h1>This application cannot be used here</h1>')
      expect(world.events.map(({ type }) => type)).not.toContain('page.failed')
    }
  })

  test('gets the application that the page is about, once that is verified', async () => {
    const clients: (Page['client'] | undefined)[] = []
    const renderPage: RenderPage = ({ client }) => void clients.push(client)
    const world = createWorld({ renderPage })
    const client = await registerConfidential(world, { client_uri: 'https://notes.example.com/' })
    const wrong = { redirect_uri: 'https://evil.example/' }
    await world.browser().request(authorizeUrl(world, client, createPkce(), wrong))
    const shown = { clientName: 'Notes', clientUri: 'https://notes.example.com/', selfRegistered: false }
    expect(clients).toEqual([{ clientId: client.client_id, ...shown }])
  })

  test('makes the question whether to sign out with the form that it got', async () => {
    const renderPage: RenderPage = ({ title, formHtml }) =>
      formHtml === undefined ? undefined : `<html lang="en"><title>${title}</title>${formHtml}</html>`
    const world = createLogoutWorld({ renderPage })
    const client = await registerEnding(world)
    const { browser } = await signInAt(world, client)
    const question = await (await browser.request(logoutUrl(world, {}))).text()
    expect(question).toMatch(/^<html lang="en"><title>Sign out\?<\/title><form/)
    const { action, body } = readForm(question)
    const headers = { origin: 'null', 'sec-fetch-site': 'same-origin' }
    const done = await browser.request(action, { method: 'POST', body, headers })
    expect(await done.text()).toContain('You are signed out.')
  })

  test('that never answers, or whose Response never ends, leads to the built-in page, and to an event with the cause', async () => {
    const endless = () => new Response(new ReadableStream(), { headers: { 'content-type': 'text/html' } })
    const hooks: readonly RenderPage[] = [() => new Promise<string>(() => undefined), endless]
    for (const { html, world } of await Promise.all(hooks.map(errorWith))) {
      expect(html).toContain('<h1>This application cannot be used here</h1>')
      const failed = world.events.find((event) => event.type === 'page.failed')
      expect(failed).toMatchObject({ cause: { message: 'renderPage did not answer within 3 s' } })
    }
  })

  const notHtml = () => new Response('{}', { headers: { 'content-type': 'application/json' } })
  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('no template')
      },
      'no template',
    ],
    ['rejects', () => Promise.reject(new Error('no template')), 'no template'],
    ['answers with a number', () => 5, 'renderPage must be HTML, a Response or undefined; it is a number'],
    ['answers with an object', () => ({}), 'renderPage must be HTML, a Response or undefined; it is an object'],
    ['answers with an empty text', () => '', 'the page must be HTML with an html element'],
    ['answers with a Response that is no HTML', notHtml, 'content-type text/html; it has application/json'],
    [
      'answers with a redirect',
      () => Response.redirect('https://evil.example/'),
      'content-type text/html; it has none',
    ],
    ['answers with a page that never ends', () => `<html>${'x'.repeat(1_000_001)}`, 'more than 1000000 characters'],
  ])('that %s leads to the built-in page, and to an event with the cause', async (_title, hook, message) => {
    const { html, response, world } = await errorWith(hook as RenderPage)
    expect(response.status).toBe(400)
    expect(html).toContain('<h1>This application cannot be used here</h1>')
    const failed = world.events.find((event) => event.type === 'page.failed')
    expect(failed).toMatchObject({ kind: 'error', cause: { message: expect.stringContaining(message) } })
  })
})
