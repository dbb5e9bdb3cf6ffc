import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoAccount } from '../src/identity/demo-account.ts'
import { type Callback, startCallback } from './callback.ts'
import { chromiumArguments, findChromium } from './chromium.ts'
import { type Example, startExample } from './start.ts'

const executablePath = findChromium()
const timeout = 120_000

// `browser.test.ts` complains where there is none.
describe.runIf(executablePath !== undefined)('H02 form_post in Chromium', () => {
  let example: Example
  let callback: Callback
  let browser: Browser

  beforeAll(async () => {
    example = await startExample()
    callback = await startCallback()
    browser = await chromium.launch({ executablePath: String(executablePath), args: chromiumArguments })
  }, timeout)

  afterAll(async () => {
    await browser?.close()
    await callback?.stop()
    await example?.stop()
    expect(example?.failures).toEqual([])
  }, timeout)

  async function authorization(): Promise<string> {
    const { client_id } = await example.provider.registerClient({
      client_name: 'Posted',
      redirect_uris: [callback.url],
      scope: 'openid',
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const url = new URL(`${example.issuer}/oauth2/authorize`)
    url.search = new URLSearchParams({
      ...{ client_id, redirect_uri: callback.url, response_type: 'code', scope: 'openid' },
      ...{ response_mode: 'form_post', state: '</script><script>document.title="x"</script>' },
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    }).toString()
    return url.href
  }

  test.each([true, false])(
    'H02 with scripts: %s. The response arrives whole, and the callback may send the browser to another origin',
    { timeout },
    async (javaScriptEnabled) => {
      const context = await browser.newContext({ javaScriptEnabled })
      context.setDefaultTimeout(30_000)
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      await page.goto(await authorization())
      await page.getByLabel('E-mail address').fill(demoAccount.email)
      await page.getByLabel('Password').fill(demoAccount.password)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.getByRole('button', { name: 'Allow', exact: true }).click()
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue', exact: true }).click()
      await page.waitForURL(callback.end)
      const posted = new URLSearchParams(await callback.received.at(-1)?.clone().text())
      expect(Object.fromEntries(posted)).toEqual({
        code: expect.stringMatching(/^c[0-9a-v]{24}[\w-]{43}$/),
        state: '</script><script>document.title="x"</script>',
        iss: example.issuer,
      })
      expect(complaints).toEqual([])
      await context.close()
    },
  )
})
