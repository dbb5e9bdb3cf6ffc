import { type Browser, chromium, type Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { chromiumArguments, chromiums } from '../../../test/machine/chromium.ts'
import { press } from '../../../test/machine/press.ts'
import { demoAccount } from '../../server/src/identity/demo-account.ts'
import type { Payment } from '../../server/src/payments/payment.ts'
import { askForApproval, pay } from '../src/agent/pay.ts'
import { openAsUser, type Running, startServers } from './servers.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** The longest texts that a payment may have. */
const long: Payment = {
  amount: '1234567.89',
  currency: 'EUR',
  creditor: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter',
  account: `DE02${'1203000000'.repeat(3)}`,
  reference: 'x'.repeat(140),
}

let running: Running

beforeAll(async () => {
  running = await startServers()
})

afterAll(async () => {
  await running?.stop()
  expect(running?.failures).toEqual([])
})

/** Returns the text of an element as a reader sees it. */
async function text(where: Locator): Promise<string> {
  return ((await where.textContent()) ?? '').replace(/\s+/g, ' ').trim()
}

test('the page of a request works without scripts, fits a phone, and has one heading and two buttons that say what they do', async () => {
  const asked = askForApproval(running.mandate, long, () => {})
  asked.catch(() => {})
  const { agent, page } = await openAsUser(await running.nextLink())
  expect(page.body).not.toContain('<script')
  expect(page.body).toContain('<meta name="viewport"')
  expect(page.body.match(/<h1/g)).toHaveLength(1)
  const buttons = [...page.body.matchAll(/<button[^>]*>([^<]*)/g)].map(([, text]) => text)
  expect(buttons).toEqual(['Pay 1234567.89 EUR', 'Do not pay'])
  await agent.submit(page, 'Do not pay')
  await expect(asked).rejects.toMatchObject({ error: 'access_denied' })
})

describe.each(chromiums)('approvals in Chromium', (executablePath) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: chromiumArguments })
  })
  afterAll(() => browser?.close())

  test.each([true, false])(
    'with scripts: %s. A user opens the link on a phone, signs in, compares the code, approves the payment, and the agent makes it',
    async (javaScriptEnabled) => {
      const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 360, height: 740 } })
      context.setDefaultTimeout(30_000)
      const page = await context.newPage()
      let code = ''
      const asked = askForApproval(running.mandate, long, (shown) => {
        code = shown
      })
      asked.catch(() => {})
      const link = await running.nextLink()
      await page.goto(link)
      await page.getByLabel('E-mail address').fill(demoAccount.email)
      await page.getByLabel('Password').fill(demoAccount.password)
      await press(page, 'Sign in')
      expect(page.url()).toBe(link)
      expect(await text(page.getByRole('heading', { level: 1 }))).toBe('Travel agent asks for your approval')
      const main = await text(page.getByRole('main'))
      for (const part of ['1234567.89 EUR', long.creditor, long.reference, code]) expect(main).toContain(part)
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      expect(overflow).toBe(0)

      // The list, in another tab of the user.
      const list = await context.newPage()
      await list.goto(new URL('/approvals', link).href)
      expect(await text(list.getByRole('listitem'))).toContain(`1234567.89 EUR to ${long.creditor}`)

      await press(page, 'Pay 1234567.89 EUR')
      expect(await text(page.getByRole('status'))).toBe('Approved. The application has its answer now.')
      const { accessToken } = await asked
      expect((await pay(running.mandate, accessToken, { ...long, amount: '9.99' })).status).toBe(403)
      expect((await pay(running.mandate, accessToken, long)).status).toBe(201)
      await context.close()
    },
  )
})
