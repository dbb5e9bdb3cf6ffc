import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiums } from '../../../test/machine/chromium.ts'
import { press } from '../../../test/machine/press.ts'
import { demoAccount } from '../src/identity/demo-account.ts'
import { contrasts, luminanceOf } from './contrast.ts'
import { signIn } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent } from './user-agent.ts'
import { chromiumVisitors } from './visitors.ts'

const timeout = 180_000

let example: Example

beforeAll(async () => {
  example = await startExample()
}, timeout)

afterAll(async () => {
  await example?.stop()
  expect(example?.failures).toEqual([])
}, timeout)

test('the pages of the demo client need no script, and name no font that looks like a book', async () => {
  const agent = createUserAgent()
  const welcome = await agent.open(`${example.baseUrl}/client`)
  const login = await agent.submit(welcome, 'Sign in with Example ID')
  const consent = await signIn(agent, login)
  const result = await agent.submit(consent, 'Allow')
  for (const { body } of [welcome, result]) expect(body).not.toContain('<script')
  for (const sheet of ['/style.css', '/home.css', '/client/style.css']) {
    const answer = await fetch(example.baseUrl + sheet)
    expect(answer.headers.get('content-type')).toContain('text/css')
    expect((await answer.text()).replaceAll('sans-serif', '')).not.toContain('serif')
  }
})

describe.each(chromiums)('the home page and the demo client in Chromium', (executablePath) => {
  const anyVisitor = chromiumVisitors(executablePath)

  /** Opens a page of a visitor whose browser runs no scripts. */
  const visitor = (options: BrowserContextOptions) =>
    anyVisitor({ baseURL: example.baseUrl, javaScriptEnabled: false, ...options })

  async function signInAsDemo(page: Page): Promise<void> {
    await page.goto('/client')
    await press(page, 'Sign in with Example ID')
    await page.getByLabel('E-mail address').fill(demoAccount.email)
    await page.getByLabel('Password').fill(demoAccount.password)
    await press(page, 'Sign in')
    if (new URL(page.url()).pathname === '/consent') await press(page, 'Allow')
  }

  describe.each(['light', 'dark'] as const)('in the %s scheme', (colorScheme) => {
    test.each([320, 1280])(
      'at %i pixels, every state is readable, fits, and is set without serifs',
      { timeout },
      async (width) => {
        const { page, complaints, close } = await visitor({ colorScheme, viewport: { width, height: 800 } })
        const check = async (state: string) => {
          expect(await page.evaluate(() => document.documentElement.scrollWidth), state).toBeLessThanOrEqual(width)
          expect(Math.min(...(await contrasts(page))), state).toBeGreaterThanOrEqual(4.5)
          expect(await luminanceOf(page), state).toBe(colorScheme)
          const fonts = await page.evaluate(() => [
            ...new Set(
              [...document.querySelectorAll('body, body *')].map((element) => getComputedStyle(element).fontFamily),
            ),
          ])
          for (const font of fonts) expect(font, state).not.toMatch(/times|(?<!sans-)serif/i)
        }
        await page.goto('/')
        await check('home')
        await page.goto('/docs/security')
        await check('a document')
        await page.goto('/client')
        await page.getByText('Other ways to sign in').click()
        await check('welcome')
        await press(page, 'Use a code')
        await press(page, 'Check now')
        await check('waiting for a device')
        await press(page, 'Cancel')
        await signInAsDemo(page)
        await page.locator('.timeline summary', { hasText: 'Exchanges the code' }).click()
        await page.locator('.known summary', { hasText: 'ID token' }).click()
        await check('signed in')
        await press(page, 'Call the API')
        await check('after a call')
        await press(page, 'Revoke')
        await check('revoked')
        await page.goto('/')
        await check('home of a user')
        await page.goto('/client')
        await press(page, 'Sign out')
        await check('signed out')
        expect(complaints).toEqual([])
        await close()
      },
    )
  })

  test('the keyboard opens a request of the timeline, the focus can be seen, and a dead button has none', {
    timeout,
  }, async () => {
    const { page, complaints, close } = await visitor({ viewport: { width: 1280, height: 800 } })
    await signInAsDemo(page)
    await press(page, 'Revoke')
    const entry = page.locator('.timeline summary', { hasText: 'Tells the provider' })
    await entry.waitFor()
    const seen: string[] = []
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press('Tab')
      // Not a locator of ':focus', which would wait for one where the focus has left the page.
      seen.push(await page.evaluate(() => document.activeElement?.textContent?.trim() ?? ''))
      if (await entry.evaluate((element) => element === document.activeElement)) break
    }
    expect(seen).toContain('Introspect')
    expect(seen).not.toContain('Refresh')
    expect(await entry.evaluate((element) => getComputedStyle(element).outlineWidth)).toBe('3px')
    await page.keyboard.press('Enter')
    expect(await page.locator('.timeline details[open]').textContent()).toContain('Basic … (client id and secret)')
    expect(complaints).toEqual([])
    await close()
  })

  test('the icons of both parties are loaded', { timeout }, async () => {
    const { page, close } = await visitor({})
    for (const [path, icon] of [
      ['/', '/icon.svg'],
      ['/client', '/client/logo.svg'],
    ] as const) {
      const loaded = page.waitForResponse((response) => response.url() === example.baseUrl + icon)
      await page.goto(path)
      expect((await loaded).status()).toBe(200)
    }
    await close()
  })
})
