import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumArguments, chromiums } from '../../../test/machine/chromium.ts'
import { bundle } from '../scripts/bundle.ts'
import { createFileServer } from '../scripts/server.ts'
import { baseOf } from '../src/address.ts'
import { flows } from '../src/flows/flows.ts'
import { startRun } from '../src/run.ts'
import { tooFaint } from './contrast.ts'

const timeout = 120_000
const folder = mkdtempSync(join(tmpdir(), 'oauth-playground-'))

beforeAll(() => bundle(folder), timeout)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the built page has relative URLs alone, so that it works under any path, and the README has its true size', () => {
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  const urls = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url)
  expect(urls.filter((url) => !/^(?:[\w.-]+|#main|data:.*)$/.test(url ?? ''))).toEqual([])
  const script = readFileSync(join(folder, 'playground.js'))
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  const written = Number(/(\d+) kB compressed/.exec(readme)?.[1])
  expect(Math.abs(gzipSync(script).length / 1000 - written)).toBeLessThan(written / 20)
})

describe.each(chromiums)('in Chromium', (executablePath) => inBrowser(executablePath))

function inBrowser(executablePath: string): void {
  const server = createFileServer(folder, '/playground/')
  let browser: Browser
  let base = ''

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/playground/`
    browser = await chromium.launch({ executablePath, args: chromiumArguments })
  }, timeout)

  afterAll(async () => {
    await browser?.close()
    server.close()
  }, timeout)

  interface Visit {
    readonly page: Page
    /** What the console, the policy or a script complained about, and requests beyond the three files. */
    readonly complaints: string[]
    readonly close: () => Promise<void>
  }

  async function open(hash = '', options: { readonly width?: number; readonly dark?: boolean } = {}): Promise<Visit> {
    const { width = 1440, dark = false } = options
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: dark ? 'dark' : 'light',
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    context.setDefaultTimeout(20_000)
    const page = await context.newPage()
    const complaints: string[] = []
    const files = ['', 'playground.css', 'playground.js'].map((file) => base + file)
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      const url = request.url().split('#')[0] ?? ''
      if (!files.includes(url) && !url.startsWith('data:')) complaints.push(`request to ${url}`)
    })
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        // biome-ignore lint/suspicious/noConsole: the test reads the console of the page
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
      )
    })
    await page.goto(base + hash)
    return { page, complaints, close: () => context.close() }
  }

  const go = (page: Page) => page.locator('[data-focus="go"]')
  const detail = (page: Page) => page.locator('.detail')

  /** Sends the selected step as it is, and waits for its verdict. */
  async function send(page: Page): Promise<void> {
    await go(page).click()
    await page.locator('.detail[data-verdict]').waitFor()
  }

  async function next(page: Page): Promise<void> {
    const id = await detail(page).getAttribute('data-step')
    await go(page).click()
    await page.locator(`.detail:not([data-step="${id}"])`).waitFor()
    await page.locator('[data-focus="go"]:not([disabled])').waitFor()
  }

  const sideways = (page: Page): Promise<number> =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

  test.each(flows)(
    'the flow "$title" runs to its end by clicking, every attack shows the error it must, and nothing is loaded',
    { timeout },
    async (flow) => {
      const expected = (await startRun(flow, baseOf(flow))).steps
      const { page, complaints, close } = await open()
      await page.locator('.card', { hasText: flow.title }).first().click()
      await go(page).waitFor()
      for (const [index, step] of expected.entries()) {
        expect(await detail(page).getAttribute('data-step')).toBe(step.id)
        await send(page)
        expect(await detail(page).getAttribute('data-verdict'), step.title).toBe('as planned')
        const error = /^[a-z_]+$/.test(step.expects ?? '') && step.expects !== 'nothing' ? step.expects : undefined
        if (error !== undefined) expect(await page.locator('.verdict').textContent()).toContain(error)
        if (index < expected.length - 1) await next(page)
      }
      expect(await page.locator('.step.done').count()).toBe(expected.length)
      expect(complaints).toEqual([])
      await close()
    },
  )

  test('a replayed code is refused with invalid_grant, and the page shows the event with the true reason', {
    timeout,
  }, async () => {
    const { page, complaints, close } = await open('#/public?sent=0.2.3.4.6.10&at=10')
    await page.locator('.detail[data-step="replay"][data-verdict]').waitFor()
    expect(await page.locator('.verdict').textContent()).toContain('code.replayed, so the whole grant has ended')
    expect(await page.locator('.events').textContent()).toContain('code.replayed')
    expect(await page.locator('.detail').textContent()).toContain('authorizationCodes.')
    expect(complaints).toEqual([])
    await close()
  })

  test('an edited request reaches the server as edited, and the server answers accordingly', { timeout }, async () => {
    const { page, complaints, close } = await open('#/public')
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'URL', exact: true }).fill('not a URL')
    await page.getByRole('button', { name: 'Send edited' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('This cannot be sent')
    await page.getByRole('textbox', { name: 'URL', exact: true }).fill('https://id.example.com/auth/oauth2/authorize')
    await page.getByRole('textbox', { name: 'state', exact: true }).fill('chosen-by-the-reader')
    await page.getByRole('button', { name: 'Send edited' }).click()
    await page.getByRole('heading', { name: 'Request, as you edited it' }).waitFor()
    await page.locator('[data-focus="step-2"]').click()
    for (let step = 0; step < 3; step++) {
      await send(page)
      if (step < 2) await next(page)
    }
    expect(await page.locator('.detail').textContent()).toContain('chosen-by-the-reader')

    // A code that the reader has spoilt is refused, and the page says that this was not the plan.
    await page.locator('[data-focus="step-6"]').click()
    await page.locator('.detail[data-step="token"]').waitFor()
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'code', exact: true }).fill('no-such-code')
    await page.getByRole('button', { name: 'Send edited' }).click()
    await page.locator('.detail[data-verdict="refused"]').waitFor()
    expect(await page.locator('.verdict').textContent()).toContain('The server refused it: invalid_grant.')
    expect(complaints).toEqual([])
    await close()
  })

  test('a user who denies ends the flow: the app gets access_denied, and the page offers to start again', {
    timeout,
  }, async () => {
    const { page, complaints, close } = await open('#/public?sent=0.2.3&at=4')
    await page.getByRole('button', { name: 'Deny' }).click()
    await page.locator('.detail[data-verdict="refused"]').waitFor()
    expect(await page.locator('.verdict').textContent()).toContain('access_denied')
    await page.locator('[data-focus="step-6"]').click()
    await page.locator('.blocked').waitFor()
    expect(await page.locator('.blocked').textContent()).toContain('the user said no')
    await page.locator('[data-focus="restart"]').click()
    await page.locator('.detail[data-step="authorize"]:not([data-verdict])').waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  test('switches make a new server, a refused option shows the error of the core, and the code follows', {
    timeout,
  }, async () => {
    const { page, complaints, close } = await open('#/web')
    await page.locator('[data-focus="options"]').click()
    await page.getByRole('switch', { name: /Pushed requests/ }).check()
    await page.locator('.detail[data-step="push"]').waitFor()
    expect(await page.locator('.program').textContent()).toContain('pushedAuthorizationRequests({ required: true })')
    await page.getByRole('button', { name: 'Copy as TypeScript' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('createProvider({')

    const lifetime = page.getByRole('spinbutton', { name: /Code lifetime/ })
    await lifetime.fill('99999')
    await lifetime.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toContain('authorizationCodeTtlSeconds')
    await lifetime.fill('30')
    await lifetime.press('Enter')
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await page.locator('.detail[data-step="push"]').waitFor()
    expect(new URL(page.url()).hash).toContain('codeTtl=30&par=true')
    expect(complaints).toEqual([])
    await close()
  })

  test('the address keeps flow, switches and progress, and a reload sends the same steps to a new server', {
    timeout,
  }, async () => {
    const { page, complaints, close } = await open('#/web?consent=false')
    for (let step = 0; step < 3; step++) {
      await send(page)
      await next(page)
    }
    const { url, id } = { url: page.url(), id: await detail(page).getAttribute('data-step') }
    await page.reload()
    await page.locator('.detail').waitFor()
    expect(page.url()).toBe(url)
    expect(await detail(page).getAttribute('data-step')).toBe(id)
    expect(await page.locator('.step.done').count()).toBe(3)
    await page.goBack()
    await page.goto(`${base}#/no-such-flow?at=7&sent=1.2`)
    await page.locator('.hero').waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  test('Enter alone, on the button that keeps the focus, walks through a whole flow', { timeout }, async () => {
    const { page, complaints, close } = await open('#/machine')
    await go(page).focus()
    const steps = await page.locator('.step').count()
    for (let press = 0; press < steps * 2 - 1; press++) {
      const before = press % 2 === 0
      await page.keyboard.press('Enter')
      const want = `.detail${before ? '[data-verdict]' : ':not([data-verdict])'}`
      await page.locator(want).waitFor()
      await page.waitForFunction(() => document.activeElement?.getAttribute('data-focus') === 'go')
    }
    expect(await page.locator('.step.done').count()).toBe(steps)
    expect(complaints).toEqual([])
    await close()
  })

  const shown = [
    '',
    '#/web?sent=0.1.2.3.4.5.6.7&at=7',
    '#/web?sent=0.2&at=3',
    '#/public?sent=0&at=2',
    '#/agent?sent=0.1.2.3.4&at=4',
    '#/dpop?sent=0.1.2.3.4&at=4',
    '#/signed?sent=0.1.2.3.4.5&at=5',
    '#/refresh?sent=0.1.2.3&at=4',
    '#/exchange?sent=0.1.2&at=2',
    '#/web?codeTtl=99999',
  ]

  test.each(shown)(
    'the page at "%s" has no sideways scroll at 320 pixels and one heading',
    { timeout },
    async (hash) => {
      const { page, complaints, close } = await open(hash, { width: 320 })
      await page.locator('.hero, .detail, [role=alert]').first().waitFor()
      expect(await sideways(page)).toBe(0)
      expect(await page.locator('h1').count()).toBe(1)
      if (hash.includes('sent')) {
        await page.locator('[data-focus="steps"]').click()
        await page.locator('[data-focus="options"]').click()
        for (const summary of await page.locator('.detail summary').all()) await summary.click()
        expect(await sideways(page)).toBe(0)
      }
      const edit = page.getByRole('button', { name: 'Edit', exact: true })
      if (await edit.isVisible()) {
        await edit.click()
        expect(await sideways(page)).toBe(0)
      }
      expect(complaints).toEqual([])
      await close()
    },
  )

  test.each(shown.flatMap((hash) => [false, true].map((dark) => ({ hash, dark }))))(
    'every text at "$hash" has a contrast of 4.5 or more, dark scheme: $dark',
    { timeout },
    async ({ hash, dark }) => {
      const { page, complaints, close } = await open(hash, { dark })
      await page.locator('.hero, .detail, [role=alert]').first().waitFor()
      if (hash.includes('sent')) {
        await page.locator('[data-focus="options"]').click()
        for (const summary of await page.locator('.detail summary').all()) await summary.click()
      }
      expect(await page.evaluate(tooFaint)).toEqual([])
      expect(complaints).toEqual([])
      await close()
    },
  )

  test('the policy of the page forbids scripts and styles from elsewhere, and every request of a script', {
    timeout,
  }, async () => {
    const { page, close } = await open()
    const refused = await page.evaluate(async () => {
      const fetched = await fetch('https://id.example.com/').then(
        () => 'sent',
        () => 'refused',
      )
      const insert = (name: string, change: (script: HTMLScriptElement) => void): void => {
        const script = document.createElement('script')
        try {
          change(script)
          document.body.append(script)
        } catch (error) {
          if (!(error instanceof TypeError)) throw new Error(name)
        }
      }

      insert('text', (script) => script.append('globalThis.injected = true'))
      insert('markup', (script) => {
        script.innerHTML = 'globalThis.injected = true'
      })
      return { fetched, added: 'injected' in globalThis }
    })
    expect(refused).toEqual({ fetched: 'refused', added: false })
    await close()
  })
}
