import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiums } from '../../../test/machine/chromium.ts'
import { demoAccount } from '../src/identity/demo-account.ts'
import { type Callback, startCallback } from './callback.ts'
import { signIn } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent } from './user-agent.ts'
import { chromiumVisitors } from './visitors.ts'

const timeout = 120_000
const state = '</script><script>document.title="x"</script>'

let example: Example
let callback: Callback

beforeAll(async () => {
  example = await startExample()
  callback = await startCallback()
}, timeout)

afterAll(async () => {
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
    ...{ response_mode: 'form_post', state },
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  }).toString()
  return url.href
}

async function expectResponse(): Promise<void> {
  const posted = new URLSearchParams(await callback.received.at(-1)?.clone().text())
  expect(Object.fromEntries(posted)).toEqual({
    code: expect.stringMatching(/^c[0-9a-v]{24}[\w-]{43}$/),
    state,
    iss: example.issuer,
  })
}

test('the page of form_post has one form, which sends the whole response when the user submits it (H02)', async () => {
  const agent = createUserAgent()
  const consent = await signIn(agent, await agent.open(await authorization()))
  const page = await agent.submit(consent, 'Allow')
  expect(page.body.match(/<form/g)).toHaveLength(1)
  expect(page.body).not.toContain('<script>document.title')
  expect((await agent.submit(page, 'Continue')).url.href).toBe(callback.end)
  await expectResponse()
})

describe.each(chromiums)('form_post in Chromium (H02)', (executablePath) => {
  const visitor = chromiumVisitors(executablePath)

  test.each([true, false])(
    'with scripts: %s. The whole response arrives, and the callback may send the browser to another origin (H02)',
    { timeout },
    async (javaScriptEnabled) => {
      const { page, complaints, close } = await visitor({ javaScriptEnabled })
      await page.goto(await authorization())
      await page.getByLabel('E-mail address').fill(demoAccount.email)
      await page.getByLabel('Password').fill(demoAccount.password)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.getByRole('button', { name: 'Allow', exact: true }).click()
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue', exact: true }).click()
      await page.waitForURL(callback.end)
      await expectResponse()
      expect(complaints).toEqual([])
      await close()
    },
  )
})
