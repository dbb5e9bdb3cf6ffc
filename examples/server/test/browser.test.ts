import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiums } from '../../../test/machine/chromium.ts'
import { follow, press } from '../../../test/machine/press.ts'
import { demoAccount } from '../src/identity/demo-account.ts'
import { signIn } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent, type Visit } from './user-agent.ts'
import { chromiumVisitors } from './visitors.ts'

const timeout = 120_000

test('every page of a journey works without scripts, fits a phone, and has a heading and a label for each field', async () => {
  const example = await startExample()
  const pages: Visit[] = []
  const keep = (page: Visit): Visit => {
    pages.push(page)
    return page
  }
  const agent = createUserAgent()
  const client = keep(await agent.open(`${example.baseUrl}/client`))
  const login = keep(await agent.submit(client, 'Sign in with Example ID'))
  keep(await agent.submit(login, 'Sign in', { email: demoAccount.email, password: 'wrong' }))
  const consent = keep(await signIn(agent, login))
  const signedIn = keep(await agent.submit(consent, 'Allow'))
  for (const button of ['Call the API', 'Refresh', 'Revoke']) keep(await agent.submit(signedIn, button))
  for (const path of ['/', '/signup', '/connected-apps', '/logout']) keep(await agent.open(example.baseUrl + path))
  expect(pages.map(({ url }) => url.pathname)).toEqual(
    expect.arrayContaining(['/client', '/login', '/consent', '/signup']),
  )
  for (const { url, body } of pages) {
    expect(body, url.href).not.toContain('<script')
    expect(body, url.href).toContain('<meta name="viewport"')
    expect(body.match(/<h1/g), url.href).toHaveLength(1)
    const labelled = new Set([...body.matchAll(/<label[^>]*\bfor="([^"]+)"/g)].map(([, id]) => id))
    const fields = [...body.matchAll(/<input(?![^>]*type="(?:hidden|radio|checkbox)")[^>]*\bid="([^"]+)"/g)]
    for (const [, id] of fields) expect(labelled, `${url.href} #${id}`).toContain(id)
  }
  expect(example.failures).toEqual([])
  await example.stop()
})

describe.each(chromiums)('in Chromium', (executablePath) => browserJourney(executablePath))

function browserJourney(executablePath: string): void {
  let example: Example

  beforeAll(async () => {
    example = await startExample()
  }, timeout)

  afterAll(async () => {
    await example?.stop()
    expect(example?.failures).toEqual([])
  }, timeout)

  const anyVisitor = chromiumVisitors(executablePath)

  /** Opens the client for a new user with the small screen of a phone. */
  async function visitor({ javaScript: javaScriptEnabled }: { readonly javaScript: boolean }) {
    const viewport = { width: 360, height: 740 }
    const opened = await anyVisitor({ javaScriptEnabled, viewport, baseURL: example.baseUrl })
    await opened.page.goto('/client')
    return opened
  }

  const text = async (where: Locator) => ((await where.textContent()) ?? '').replace(/\s+/g, ' ').trim()
  const title = (page: Page) => text(page.getByRole('heading', { level: 1 }))
  const said = (page: Page, role: 'alert' | 'status') => text(page.getByRole(role))
  const path = (page: Page) => new URL(page.url()).pathname

  async function fitsOnAPhone(page: Page): Promise<void> {
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(overflow, `${page.url()} scrolls sideways`).toBe(0)
  }

  async function signInAsDemo(page: Page): Promise<void> {
    await page.getByLabel('E-mail address').fill(demoAccount.email)
    await page.getByLabel('Password').fill(demoAccount.password)
    await press(page, 'Sign in')
  }

  describe.each([
    { scripts: 'with scripts', javaScript: true, email: 'ada@example.com' },
    { scripts: 'without scripts', javaScript: false, email: 'grace@example.com' },
  ])('the example in a browser $scripts', ({ javaScript, email }) => {
    test('a user can sign up, consent, use the tokens, sign out and return in Chromium', { timeout }, async () => {
      const { page, complaints, close } = await visitor({ javaScript })
      await page.goto('/')
      await fitsOnAPhone(page)
      expect(await page.getByRole('definition').allInnerTexts()).toContain(
        `${example.issuer}/.well-known/openid-configuration`,
      )
      await follow(page, 'Try “Sign in with Example ID”')
      await press(page, 'Sign in with Example ID')

      expect(path(page)).toBe('/login')
      await fitsOnAPhone(page)
      expect(await text(page.getByRole('main'))).toContain('You then continue to Marginalia')
      await follow(page, 'Create an account')

      // After a mistake, the form keeps the input, and the sign-in still leads back to the client.
      await page.getByLabel('Name').fill('Ada <b>Lovelace</b>')
      await page.getByLabel('E-mail address').fill(email)
      await page.getByLabel('Password').fill('short')
      await press(page, 'Create account')
      expect(await said(page, 'alert')).toBe('Please correct the fields below.')
      expect(await page.getByLabel('Password').getAttribute('aria-invalid')).toBe('true')
      expect(await page.getByLabel('Password').inputValue()).toBe('')
      expect(await page.getByLabel('Name').inputValue()).toBe('Ada <b>Lovelace</b>')
      expect(await page.getByLabel('E-mail address').inputValue()).toBe(email)
      await fitsOnAPhone(page)
      await page.getByLabel('Password').fill('correct horse battery')
      await press(page, 'Create account')

      expect(path(page)).toBe('/consent')
      expect(await title(page)).toBe('Marginalia asks for access')
      const scopes = await text(page.getByRole('list', { name: 'It asks to' }))
      for (const words of [
        'Recognise you',
        'your name',
        'your e-mail address',
        'while you are away',
        'Read your notes',
      ])
        expect(scopes).toContain(words)
      expect(await text(page.getByRole('main'))).toContain(new URL(example.baseUrl).hostname)
      await fitsOnAPhone(page)
      await press(page, 'Allow')

      expect(path(page)).toBe('/client')
      expect(await title(page)).toBe('Hello, Ada <b>Lovelace</b>')
      for (const part of ['ID token', 'Userinfo', 'Access token'])
        await page.locator('.known summary', { hasText: part }).click()
      expect(await text(page.getByRole('table', { name: 'Claims of the ID token' }))).toContain(example.issuer)
      expect(await text(page.getByRole('table', { name: 'Userinfo' }))).toContain(email)
      expect(await text(page.getByRole('table', { name: 'Header of the access token' }))).toContain('at+jwt')
      expect(await text(page.getByRole('table', { name: 'Claims of the access token' }))).toContain('notes:read')
      await fitsOnAPhone(page)

      await press(page, 'Call the API')
      expect(await said(page, 'status')).toContain('Read the margins.')
      await press(page, 'Refresh')
      expect(await said(page, 'status')).toBe('Refreshed: a new access token and a new refresh token.')
      await press(page, 'Call the API')
      expect(await said(page, 'status')).toContain('The API accepted the access token.')

      await press(page, 'Revoke')
      expect(await said(page, 'status')).toContain('Revoked')
      for (const name of ['Refresh', 'Ask userinfo', 'Call the API'])
        expect(await page.getByRole('button', { name, exact: true }).isDisabled(), name).toBe(true)
      await fitsOnAPhone(page)

      // The client ends its session. The provider still has its session and the consent.
      await press(page, 'Sign out here only')
      expect(await said(page, 'status')).toContain('You are signed out here.')
      const seen: string[] = []
      page.on('framenavigated', (frame) => seen.push(new URL(frame.url()).pathname))
      await press(page, 'Sign in with Example ID')
      expect(await title(page)).toContain('Hello, Ada')
      expect(seen).not.toContain('/login')
      expect(seen).not.toContain('/consent')

      // The provider ends its session, too, without a question, because the client's hint identifies the session.
      await press(page, 'Sign out')
      expect(path(page)).toBe('/client/signed-out')
      expect(await said(page, 'status')).toBe('You are signed out, here and at Example ID.')
      await fitsOnAPhone(page)
      await page.goto('/logout')
      await fitsOnAPhone(page)
      expect(await title(page)).toBe('Signed out')
      await page.goto('/client')
      await press(page, 'Sign in with Example ID')
      await page.getByLabel('E-mail address').fill(email)
      await page.getByLabel('Password').fill('wrong horse battery')
      await press(page, 'Sign in')
      expect(await said(page, 'alert')).toBe('No account has this e-mail address and password.')
      expect(await page.getByLabel('E-mail address').inputValue()).toBe(email)
      await page.getByLabel('Password').fill('correct horse battery')
      await press(page, 'Sign in')
      expect(await title(page)).toContain('Hello, Ada')

      expect(complaints).toEqual([])
      await close()
    })

    test('a user can withdraw an app in Chromium: its tokens are revoked, and the next sign-in asks again', {
      timeout,
    }, async () => {
      const { page, complaints, close } = await visitor({ javaScript })
      await press(page, 'Sign in with Example ID')
      await follow(page, 'Create an account')
      await page.getByLabel('Name').fill('With Drawn')
      await page.getByLabel('E-mail address').fill(`withdrawn-${email}`)
      await page.getByLabel('Password').fill('correct horse battery')
      await press(page, 'Create account')
      await press(page, 'Allow')
      await press(page, 'Call the API')
      expect(await said(page, 'status')).toContain('The API accepted the access token.')

      await page.goto('/')
      await follow(page, 'Connected apps')
      const app = page.getByRole('region', { name: 'Marginalia' })
      expect(await text(app)).toMatch(
        /It has access since \d+ \w+ \d{4}\. The access ends on \d+ \w+ \d{4} at \d\d:\d\d UTC\./,
      )
      expect(await text(app.getByRole('list', { name: 'Marginalia' }))).toContain('Read your notes')
      await fitsOnAPhone(page)
      // The first click explains what will happen.
      const last = page.getByRole('button', { name: 'Yes, disconnect Marginalia' })
      expect(await last.isVisible()).toBe(false)
      await app.getByText('Disconnect Marginalia', { exact: true }).click()
      expect(await text(app)).toContain('The application loses its access to your account at once')
      await fitsOnAPhone(page)
      await press(page, 'Yes, disconnect Marginalia')
      expect(await said(page, 'status')).toContain('Access is withdrawn.')
      expect(await text(page.getByRole('main'))).toContain('No application has access.')
      expect(await page.getByRole('region').count()).toBe(0)
      await fitsOnAPhone(page)

      await page.goto('/client')
      await press(page, 'Call the API')
      expect(await said(page, 'alert')).toContain('invalid_token')
      await press(page, 'Refresh')
      expect(await said(page, 'alert')).toContain('invalid_grant')

      // The session still exists, and the consent does not.
      await press(page, 'Sign out here only')
      await press(page, 'Sign in with Example ID')
      expect(path(page)).toBe('/consent')
      await press(page, 'Allow')
      expect(await title(page)).toBe('Hello, With Drawn')

      // The provider has another session than the one of the client's hint, so it asks before it ends that session.
      await page.goto('/logout')
      await press(page, 'Sign out')
      await page.goto('/login')
      await page.getByLabel('E-mail address').fill(`withdrawn-${email}`)
      await page.getByLabel('Password').fill('correct horse battery')
      await press(page, 'Sign in')
      await page.goto('/client')
      await press(page, 'Sign out')
      expect(path(page)).toBe('/auth/oauth2/end-session')
      expect(await title(page)).toBe('Sign out?')
      await fitsOnAPhone(page)
      await press(page, 'Sign out')
      expect(await said(page, 'status')).toBe('You are signed out, here and at Example ID.')
      expect(complaints).toEqual([])
      await close()
    })

    test('a user can deny consent in Chromium, and the client shows it', { timeout }, async () => {
      const { page, complaints, close } = await visitor({ javaScript })
      await press(page, 'Sign in with Example ID')
      await follow(page, 'Create an account')
      await page.getByLabel('Name').fill('Somebody else')
      await page.getByLabel('E-mail address').fill(`not-${email}`)
      await page.getByLabel('Password').fill('correct horse battery')
      await press(page, 'Create account')
      expect(path(page)).toBe('/consent')
      await press(page, 'Deny')
      expect(await said(page, 'alert')).toContain('access_denied')
      expect(await page.getByRole('button', { name: 'Sign in with Example ID' }).isVisible()).toBe(true)
      expect(complaints).toEqual([])
      await close()
    })

    test('with an opaque token in Chromium, userinfo responds and the API is not offered', { timeout }, async () => {
      const { page, close } = await visitor({ javaScript })
      await page.getByLabel('Opaque').check()
      await press(page, 'Sign in with Example ID')
      await signInAsDemo(page)
      if (path(page) === '/consent') await press(page, 'Allow')
      expect(await title(page)).toBe('Hello, Demo Person')
      await page.locator('summary', { hasText: 'Access token' }).click()
      expect(await page.getByRole('table', { name: 'Header of the access token' }).count()).toBe(0)
      await press(page, 'Ask userinfo')
      expect(await said(page, 'status')).toBe('Userinfo answered anew.')
      expect(await page.getByRole('button', { name: 'Call the API' }).isDisabled()).toBe(true)
      await close()
    })
  })
}
