import type { BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiums } from '../../../test/machine/chromium.ts'
import { contrasts, luminanceOf } from './contrast.ts'
import { type OwnPages, startOwnPages } from './own-pages.ts'
import { chromiumVisitors } from './visitors.ts'

const timeout = 120_000
const names = ['unknownApplication', 'wrongAddress', 'signOut', 'formPost'] as const

let own: OwnPages

beforeAll(async () => {
  own = await startOwnPages()
}, timeout)

afterAll(() => own?.stop(), timeout)

test.each(names)(
  'the server’s own page %s has one heading, landmarks, a language, and no script but that of its form',
  async (name) => {
    const response = await fetch(own[name], { headers: { 'accept-language': 'de' } })
    const html = await response.text()
    expect(response.headers.get('content-language')).toBe('de')
    expect(html).toContain('<html lang="de" dir="ltr">')
    for (const part of ['<h1', '<main', '<header', '<footer']) expect(html.split(part), part).toHaveLength(2)
    expect(html.split('<script')).toHaveLength(name === 'formPost' ? 2 : 1)
  },
)

describe.each(chromiums)('the server’s own pages in Chromium', (executablePath) => {
  const visitor = chromiumVisitors(executablePath)

  async function open(url: string, options: BrowserContextOptions = {}) {
    const opened = await visitor(options)
    await opened.page.goto(url)
    return opened
  }

  describe.each(['light', 'dark'] as const)('in the %s scheme', (colorScheme) => {
    test.each(names)('%s is readable, fits 320 pixels, and loads its logo', { timeout }, async (name) => {
      // Without scripts, so that the form of form_post stays.
      const viewport = { width: 320, height: 640 }
      const { page, complaints, close } = await open(own[name], { colorScheme, viewport, javaScriptEnabled: false })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
      expect(await page.evaluate(() => document.images[0]?.naturalWidth)).toBeGreaterThan(0)
      expect(Math.min(...(await contrasts(page)))).toBeGreaterThanOrEqual(4.5)
      expect(await luminanceOf(page)).toBe(colorScheme)
      expect(complaints).toEqual([])
      await close()
    })
  })

  test('the question whether to sign out is answered with the keyboard, and the focus can be seen', {
    timeout,
  }, async () => {
    const signingOut = await startOwnPages()
    const { page, complaints, close } = await open(signingOut.signOut, { javaScriptEnabled: false, locale: 'de-DE' })
    expect(await page.title()).toBe('Abmelden? – Example ID')
    await page.keyboard.press('Tab')
    const button = page.getByRole('main').getByRole('button', { name: 'Abmelden', exact: true })
    expect(await button.evaluate((element) => element.matches(':focus-visible'))).toBe(true)
    expect(await button.evaluate((element) => getComputedStyle(element).outlineWidth)).toBe('3px')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Abgemeldet' }).waitFor()
    expect(complaints).toEqual([])
    await close()
    await signingOut.stop()
  })

  test('a page in Arabic is laid out from right to left', { timeout }, async () => {
    const { page, close } = await open(own.signOut, { locale: 'ar', viewport: { width: 320, height: 640 } })
    const [logo, name] = await Promise.all([
      page.locator('header img').boundingBox(),
      page.locator('header span').boundingBox(),
    ])
    expect(logo?.x).toBeGreaterThan(name?.x ?? 320)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
    await close()
  })

  test('a page of the hook renderPage runs no script, and loads nothing from elsewhere', { timeout }, async () => {
    const hooked = await startOwnPages({
      renderPage: ({ title }) => `<!doctype html><html lang="en"><title>${title}</title>
        <h1 id="own">${title}</h1><script>document.title = 'ran'</script><img src="x" onerror="document.title = 'ran'">
        <style>@import 'https://evil.example/style.css'; h1 { color: rgb(1, 2, 3) }</style></html>`,
    })
    const { page, complaints, close } = await open(hooked.unknownApplication)
    expect(await page.title()).toBe('This application cannot be used here')
    expect(await page.locator('#own').evaluate((element) => getComputedStyle(element).color)).toBe('rgb(1, 2, 3)')
    const refused = complaints.filter((text) => /Content Security Policy/i.test(text))
    expect(refused.filter((text) => /script/i.test(text)).length).toBeGreaterThan(0)
    expect(refused.filter((text) => text.includes('evil.example')).length).toBeGreaterThan(0)
    await close()
    await hooked.stop()
  })
})
