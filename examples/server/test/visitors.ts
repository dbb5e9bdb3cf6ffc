import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { chromiumArguments } from '../../../test/machine/chromium.ts'

/** A person with a browser of their own: no cookies of others, one page. */
export interface Visitor {
  readonly page: Page
  /** What the browser complains about: messages on the console, and errors of scripts. Answers with a status of 4xx are none. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

const timeout = 120_000

/**
 * Starts Chromium for the tests of the block that calls it, and closes it after them. Returns a function that opens a
 * page for a new visitor.
 */
export function chromiumVisitors(executablePath: string): (options?: BrowserContextOptions) => Promise<Visitor> {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: chromiumArguments })
  }, timeout)
  afterAll(() => browser?.close(), timeout)

  return async (options = {}) => {
    const context = await browser.newContext(options)
    context.setDefaultTimeout(30_000)
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (!message.text().includes('status of 4')) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    return { page, complaints, close: () => context.close() }
  }
}
