import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createUserAgent } from '../../../examples/server/test/user-agent.ts'
import { chromiumArguments, chromiums } from '../../../test/machine/chromium.ts'
import { ada, password, startWorld, type World } from './support.ts'

const timeout = 120_000

test('every page has one heading, a language, a viewport, a label for each field, and no script', async () => {
  const world = await startWorld()
  const agent = createUserAgent()
  await agent.submit(await agent.open(`${world.baseUrl}/login`), 'Sign in', { email: ada.email, password })
  for (const path of [
    '/login?switch=1',
    '/signup',
    '/accounts',
    '/device',
    '/approvals',
    '/connected-apps',
    '/logout',
    '/consent',
  ]) {
    const { body } = await agent.open(world.baseUrl + path)
    expect(body, path).not.toContain('<script')
    expect(body, path).toContain('<meta name="viewport"')
    expect(body, path).toMatch(/<html lang="en" dir="ltr">/)
    expect(body.match(/<h1/g), path).toHaveLength(1)
    const labels = new Set([...body.matchAll(/<label for="([^"]+)"/g)].map(([, id]) => id))
    for (const [, id] of body.matchAll(/<input id="([^"]+)"/g)) expect(labels, `${path} #${id}`).toContain(id)
  }
  await world.stop()
})

describe.each(chromiums)('in Chromium', (executablePath) => {
  let browser: Browser
  let world: World

  beforeAll(async () => {
    world = await startWorld({
      branding: { name: 'Example ID', colours: { accent: '#ffe14d', accentDark: '#222233' } },
    })
    browser = await chromium.launch({ executablePath, args: chromiumArguments })
  }, timeout)
  afterAll(async () => {
    await browser?.close()
    await world?.stop()
    expect(world?.errors).toEqual([])
  }, timeout)

  const schemes = [
    { javaScriptEnabled: false, colorScheme: 'light', email: 'one@example.com' },
    { javaScriptEnabled: true, colorScheme: 'dark', email: 'two@example.com' },
  ] as const

  /** Checks what holds for every page: it fits 320 pixels, and each text on it can be read. */
  async function check(page: Page): Promise<void> {
    const wide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    expect(await page.evaluate(wide), page.url()).toBe(0)
    expect(await page.evaluate(lowContrasts), page.url()).toEqual([])
    const small = await page.evaluate(`[...document.querySelectorAll('button,input:not([type=hidden])')]
      .filter((one) => one.getClientRects().length > 0 && one.getBoundingClientRect().height < 24).map((one) => one.outerHTML)`)
    expect(small, page.url()).toEqual([])
  }

  test.each(schemes)(
    'a user signs up, consents, confirms, disconnects and signs out with the keyboard alone ($colorScheme, script: $javaScriptEnabled)',
    {
      timeout,
    },
    async ({ javaScriptEnabled, colorScheme, email }) => {
      const context = await browser.newContext({
        javaScriptEnabled,
        colorScheme,
        viewport: { width: 320, height: 640 },
      })
      context.setDefaultTimeout(30_000)
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().includes('status of 4')) complaints.push(message.text())
      })
      const type = (text: string) => page.keyboard.type(text)
      const press = async (...keys: readonly string[]) => {
        for (const key of keys) await page.keyboard.press(key)
      }
      const heading = () => page.getByRole('heading', { level: 1 }).textContent()
      const client = { redirect_uris: [`${world.baseUrl}/healthy`] }
      const more = { redirect_uri: `${world.baseUrl}/healthy` }

      const request = await world.authorization(client, { ...more, prompt: 'create' })
      await page.goto(request.href)
      expect(await heading()).toBe('Create an account')
      await check(page)
      // The first field has the focus, and Enter sends the form.
      await type('Ada')
      await press('Tab')
      await type(email)
      await press('Tab')
      await type('short')
      await press('Enter')
      await page.getByRole('alert').waitFor()
      await check(page)
      expect(await page.getByLabel('Password').getAttribute('aria-describedby')).toBe('password-error')
      // The first wrong field has the focus now.
      await type('a long password')
      await press('Enter')
      await page.getByRole('heading', { name: 'Notes asks for access' }).waitFor()
      await check(page)
      await page.getByRole('button', { name: 'Allow' }).focus()
      await press('Enter')
      await page.waitForURL(/\/healthy\?.*code=/)

      request.searchParams.set('prompt', 'login')
      await page.goto(request.href)
      expect(await heading()).toBe('Confirm that it is you')
      await check(page)
      await page.goto(`${world.baseUrl}/connected-apps`)
      await check(page)
      await page.locator('summary').first().focus()
      await press('Enter')
      await check(page)
      await press('Tab', 'Enter')
      await page.getByText('Access is withdrawn.').waitFor()
      for (const path of ['/device', '/approvals', '/logout']) {
        await page.goto(world.baseUrl + path)
        await check(page)
      }
      await page.getByRole('button', { name: 'Sign out' }).focus()
      await press('Enter')
      await page.getByText('You are signed out.').waitFor()
      await check(page)
      expect(complaints).toEqual([])
      await context.close()
    },
  )

  test('with forced colours the pages stay readable, and with a script no page can be framed', {
    timeout,
  }, async () => {
    const context = await browser.newContext({ forcedColors: 'active', viewport: { width: 320, height: 640 } })
    const page = await context.newPage()
    await page.goto((await world.authorization()).href)
    const border = await page.evaluate(`getComputedStyle(document.getElementById('password')).borderTopStyle`)
    expect(border).toBe('solid')
    await page.setContent(`<iframe src="${world.baseUrl}/login"></iframe>`)
    await page.waitForTimeout(500)
    const framed = page.frames().find((frame) => frame !== page.mainFrame())
    expect(await framed?.content().catch(() => '')).not.toContain('E-mail')
    await context.close()
  })
})

/** Finds texts whose contrast with what is behind them is below 4.5. A script of the test runs also where those of the page do not. */
const lowContrasts = `(() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number)
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const ground = (one) => {
    for (let at = one; at !== null; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor)
      if (colour.length === 3 || colour[3] === 1) return colour
    }
    return [255, 255, 255]
  }
  const low = []
  for (const one of document.querySelectorAll('body *')) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '')
    if (!own || one.tagName === 'STYLE') continue
    const [a, b] = [luminance(parse(getComputedStyle(one).color)), luminance(ground(one))].sort((x, y) => x - y)
    const contrast = (b + 0.05) / (a + 0.05)
    if (contrast < 4.5) low.push(one.outerHTML.slice(0, 80) + ' ' + contrast.toFixed(2))
  }
  return low
})()`
