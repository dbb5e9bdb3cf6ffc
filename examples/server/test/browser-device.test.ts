import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiums } from '../../../test/machine/chromium.ts'
import { follow, press } from '../../../test/machine/press.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent } from './user-agent.ts'
import { chromiumVisitors } from './visitors.ts'

const timeout = 120_000
const grantType = 'urn:ietf:params:oauth:grant-type:device_code'

let example: Example
let clientId: string

beforeAll(async () => {
  example = await startExample()
  const registered = await example.provider.registerClient({
    ...{ client_name: 'Television', redirect_uris: [], grant_types: [grantType], token_endpoint_auth_method: 'none' },
    scope: 'openid profile email',
  })
  clientId = registered.client_id
}, timeout)

afterAll(async () => {
  await example?.stop()
  expect(example?.failures).toEqual([])
})

async function post(path: string, form: Readonly<Record<string, string>>) {
  const headers = {
    'user-agent': 'Television/3.1 (living room; a rather long name of a device that nobody has ever seen)',
  }
  const body = new URLSearchParams({ client_id: clientId, ...form })
  const response = await fetch(example.issuer + path, { method: 'POST', headers, body })
  return { status: response.status, body: await response.json() }
}

const start = async () => (await post('/oauth2/device_authorization', { scope: 'openid profile email' })).body
const poll = (device_code: string) => post('/oauth2/token', { grant_type: grantType, device_code })

test('the start page leads to the page for devices, which works without scripts and has a label for its field', async () => {
  const agent = createUserAgent()
  const home = await agent.open(example.baseUrl)
  expect(home.body).toContain('<a href="/device">Connect a device</a>')
  for (const path of ['/device', '/device?user_code=WDJB-MJHT', '/device/done?result=approved']) {
    const { body } = await agent.open(example.baseUrl + path)
    expect(body).not.toContain('<script')
    expect(body.match(/<h1/g)).toHaveLength(1)
    for (const [, id] of body.matchAll(/<input(?![^>]*type="hidden")[^>]*\bid="([^"]+)"/g)) {
      expect(body).toContain(`for="${id}"`)
    }
  }
})

describe.each(chromiums)('in Chromium', (executablePath) => {
  const visitor = chromiumVisitors(executablePath)

  const text = async (where: Locator) => ((await where.textContent()) ?? '').replace(/\s+/g, ' ').trim()

  async function look(page: Page, name: string): Promise<void> {
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(overflow, `${page.url()} scrolls sideways`).toBe(0)
    const folder = process.env.OAUTH_SCREENSHOTS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/device-${name}.png`, fullPage: true })
  }

  test.each([
    { name: 'a phone without scripts', javaScript: false, width: 380, colors: 'dark' },
    { name: 'a wide screen with scripts', javaScript: true, width: 1280, colors: 'light' },
    ...(process.env.OAUTH_SCREENSHOTS === undefined
      ? []
      : ([
          { name: 'a phone in the light', javaScript: false, width: 380, colors: 'light' },
          { name: 'a wide screen in the dark', javaScript: true, width: 1280, colors: 'dark' },
        ] as const)),
  ] as const)('a user connects one device and refuses another on $name', { timeout }, async (screen) => {
    const { page, close } = await visitor({
      javaScriptEnabled: screen.javaScript,
      viewport: { width: screen.width, height: 740 },
      colorScheme: screen.colors,
      baseURL: example.baseUrl,
    })
    const label = (step: string) => `${screen.width}-${screen.colors}-${step}`
    const wanted = await start()
    await page.goto('/')
    await look(page, label('home'))
    await follow(page, 'Connect a device')
    await look(page, label('code'))
    expect(await page.locator(':focus').getAttribute('name')).toBe('user_code')

    // A wrong code is explained, and the browser goes back to the form.
    await page.getByLabel('Code').fill('BBBB-BBBB')
    await press(page, 'Continue')
    await look(page, label('wrong'))
    expect(await text(page.locator('body'))).toContain('This code is unknown or has expired')
    await page.goto('/device')
    await page.getByLabel('Code').fill(wanted.user_code.toLowerCase().replace('-', ' '))
    await press(page, 'Continue')
    await follow(page, 'Create an account')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Ada')
    await page.getByLabel('E-mail address').fill(`ada-${screen.width}-${screen.colors}@example.com`)
    await page.getByLabel('Password').fill('correct horse battery')
    await press(page, 'Create account')
    expect(await text(page.locator('.code'))).toBe(wanted.user_code)
    await look(page, label('consent'))
    await press(page, 'Allow')
    expect(await text(page.getByRole('heading', { level: 1 }))).toBe('The device is connected')
    await look(page, label('done'))
    expect((await poll(wanted.device_code)).status).toBe(200)

    // Somebody sends a link with the code of a device of their own.
    const unwanted = await start()
    await page.goto(unwanted.verification_uri_complete)
    expect(await page.getByLabel('Code').inputValue()).toBe(unwanted.user_code)
    await look(page, label('link'))
    await press(page, 'The codes are the same')
    await press(page, 'Deny')
    expect(await text(page.getByRole('heading', { level: 1 }))).toBe('The device was not connected')
    await look(page, label('refused'))
    expect((await poll(unwanted.device_code)).body.error).toBe('access_denied')
    await close()
  })
})
