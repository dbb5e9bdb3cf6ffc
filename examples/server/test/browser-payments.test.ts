import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiums } from '../../../test/machine/chromium.ts'
import { press } from '../../../test/machine/press.ts'
import { demoAccount } from '../src/identity/demo-account.ts'
import { authorize } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent } from './user-agent.ts'
import { chromiumVisitors } from './visitors.ts'

const timeout = 120_000

let example: Example

beforeAll(async () => {
  example = await startExample()
}, timeout)

afterAll(async () => {
  await example?.stop()
  expect(example?.failures).toEqual([])
}, timeout)

/** Returns the text of an element as a reader sees it. */
async function text(where: Locator): Promise<string> {
  return ((await where.textContent()) ?? '').replace(/\s+/g, ' ').trim()
}

test('the page of a payment works without scripts, fits a phone, and has one heading and two buttons that say what they do', async () => {
  const agent = createUserAgent()
  const started = await agent.submit(await agent.open(`${example.baseUrl}/client`), 'Sign in with Example ID')
  await agent.open(await authorize(agent, started.url, `${example.baseUrl}/client/callback`))
  const { body } = await agent.submit(await agent.open(`${example.baseUrl}/client`), 'Buy for 12.50 EUR')
  expect(body).not.toContain('<script')
  expect(body).toContain('<meta name="viewport"')
  expect(body.match(/<h1/g)).toHaveLength(1)
  const buttons = [...body.matchAll(/<button[^>]*>([^<]*)/g)].map(([, text]) => text)
  expect(buttons).toEqual(['Pay 12.50 EUR', 'Do not pay'])
})

describe.each(chromiums)('payments in Chromium', (executablePath) => {
  const visitor = chromiumVisitors(executablePath)

  test.each([true, false])(
    'with scripts: %s. A user sees the payment, approves it, and it is booked',
    {
      timeout,
    },
    async (javaScriptEnabled) => {
      const viewport = { width: 360, height: 740 }
      const { page, close } = await visitor({ javaScriptEnabled, viewport, baseURL: example.baseUrl })
      await page.goto('/client')
      await press(page, 'Sign in with Example ID')
      await page.getByLabel('E-mail address').fill(demoAccount.email)
      await page.getByLabel('Password').fill(demoAccount.password)
      await press(page, 'Sign in')
      // In the second run, the consent is remembered, and the payment is asked for again.
      if (new URL(page.url()).pathname === '/consent') await press(page, 'Allow')
      await press(page, 'Buy for 12.50 EUR')
      expect(await text(page.getByRole('heading', { level: 1 }))).toBe('Marginalia asks for your approval')
      expect(await page.getByRole('definition').allTextContents()).toEqual([
        '12.50 EUR',
        'Margin Press',
        'DE02 1203 0000 0000 2020 51',
        'A printed copy of your notes',
      ])
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      expect(overflow).toBe(0)
      await press(page, 'Pay 12.50 EUR')
      expect(await text(page.getByRole('status'))).toContain('Paid: 12.50 EUR.')
      await close()
    },
  )
})
