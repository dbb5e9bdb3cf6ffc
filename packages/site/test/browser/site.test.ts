import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumArguments, chromiums } from '../../../../test/machine/chromium.ts'
import { serveFolder } from '../../src/build/serve.ts'
import { writeSite } from '../../src/build/write-site.ts'
import { root } from '../../src/reference/places.ts'
import { lowContrasts } from './contrast.ts'

const timeout = 120_000

test(
  'the site builds without a browser',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oauth-site-'))
    const { pages } = await writeSite({ root, target: folder })
    rmSync(folder, { recursive: true, force: true })
    expect(pages).toBeGreaterThan(100)
  },
  timeout,
)

describe.each(chromiums)('in Chromium', (executablePath) => {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-site-'))
  let browser: Browser
  let server: Server
  let site: string

  beforeAll(async () => {
    await writeSite({ root, target: folder })
    server = await serveFolder(folder, 0)
    site = `http://127.0.0.1:${(server.address() as { readonly port: number }).port}`
    browser = await chromium.launch({ executablePath, args: chromiumArguments })
  }, timeout)

  afterAll(async () => {
    await browser?.close()
    server?.closeAllConnections()
    server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(path: string, options: { width?: number; dark?: boolean } = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1280, height: 800 },
      colorScheme: options.dark === true ? 'dark' : 'light',
    })
    context.setDefaultTimeout(30_000)
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    await page.goto(`${site}/${path}`)
    expect(complaints).toEqual([])
    return page
  }

  test('a reader searches for an error with the keyboard, and gets to its explanation', async () => {
    const page = await open('decisions/index.html')
    await page.keyboard.press('/')
    await page.keyboard.type('invalid_client')
    await page.getByRole('dialog').getByRole('link').first().waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(`${site}/reference/errors.html#invalid_client`)
    expect(await page.locator('#invalid_client').isVisible()).toBe(true)
    await page.context().close()
  })

  test('a reader finds an option and a message by some of their words', async () => {
    const page = await open('index.html')
    await page.getByRole('button', { name: 'Search' }).click()
    const field = page.getByRole('searchbox')
    await field.fill('refreshTokenReuse')
    await page.locator('a[href="./options.html#refreshtokenreusewindowseconds"]').waitFor()
    await field.fill('redirect uri not registered for client')
    await page.locator('.results a[href^="./reference/messages-to-clients.html#redirect-uri"]').first().waitFor()
    await field.fill('qqqqqqqq')
    await page.getByText('Nothing found for').waitFor()
    await page.context().close()
  })

  test('a page of the reference has the anchors of its outline', async () => {
    const page = await open('reference/provider.html')
    const hrefs = await page
      .locator('.outline a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')))
    expect(hrefs).toContain('#registerclient')
    const missing = await page.evaluate(
      (all) => all.filter((href) => document.getElementById(href?.slice(1) ?? '') === null),
      hrefs,
    )
    expect(missing).toEqual([])
    await page.context().close()
  })

  const shown = [
    'index.html',
    'guides/express.html',
    'options.html',
    'reference/errors.html',
    'clients.html',
    'decisions/index.html',
  ]

  test.each(shown)('%s fits a phone without scrolling sideways', async (path) => {
    const page = await open(path, { width: 360 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
    await page.context().close()
  })

  test.each(shown.flatMap((path) => [`light ${path}`, `dark ${path}`]))(
    'the text of %s has enough contrast',
    async (name) => {
      const [scheme, path = ''] = name.split(' ')
      const page = await open(path, { dark: scheme === 'dark' })
      expect(await page.evaluate(lowContrasts)).toEqual([])
      await page.context().close()
    },
  )

  test('the chosen theme stays on the next page', async () => {
    const page = await open('index.html')
    await page.getByRole('button', { name: 'Switch between light and dark' }).click()
    await page.goto(`${site}/options.html`)
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(18, 23, 26)')
    await page.context().close()
  })

  test('without scripts, every page can be read and reached', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${site}/index.html`)
    await page.getByRole('link', { name: 'Express', exact: true }).click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Express')
    await context.close()
  })
})
