import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumArguments, chromiums } from '../../../test/machine/chromium.ts'
import { type Answer, discover, redeem, register } from './client.ts'
import { createScriptedBrowser } from './scripted-browser.ts'
import { type Host, startHost } from './start.ts'

const visits: string[] = []
let host: Host
let client: Server
let clientUrl: string

beforeAll(async () => {
  host = await startHost('http', { allowPrivateAddresses: true })
  client = createServer((request, response) => {
    visits.push(request.url ?? '')
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>Client</title>')
  })
  await new Promise<void>((resolve) => client.listen(0, '127.0.0.1', resolve))
  clientUrl = `http://127.0.0.1:${(client.address() as AddressInfo).port}`
}, 120_000)
afterAll(async () => {
  client.closeAllConnections()
  await new Promise((resolve) => client.close(resolve))
  await host.stop()
}, 120_000)

/** Registers a client with all metadata that the pages show. */
async function registerClient(): Promise<Answer['body']> {
  const { body } = await register(host, {
    redirect_uris: [`${clientUrl}/callback`],
    post_logout_redirect_uris: [`${clientUrl}/bye`],
    frontchannel_logout_uri: `${clientUrl}/front?from=op`,
    client_name: 'Suite <b>&',
    policy_uri: 'https://suite.example.com/policy',
    tos_uri: 'https://suite.example.com/tos',
  })
  return body
}

test('a scripted browser finds every id of the README: login, consent, logout with a frame, and the logout question', async () => {
  const callback = `${clientUrl}/callback`
  const bye = `${clientUrl}/bye`
  const registered = await registerClient()
  const { authorization_endpoint, end_session_endpoint } = await discover(host)
  const request = { response_type: 'code', client_id: registered.client_id, redirect_uri: callback, scope: 'openid' }
  const browser = createScriptedBrowser()
  const login = await browser.open(`${authorization_endpoint}?${new URLSearchParams(request)}`, callback)
  for (const id of ['client', 'policy', 'tos', 'login', 'password', 'submit'])
    expect(login.body).toContain(`id="${id}"`)
  const credentials = { login: 'bob', password: 'bob-password' }
  const consent = await browser.press(login, 'submit', credentials, callback)
  for (const id of ['client', 'scopes', 'accept', 'deny']) expect(consent.body).toContain(`id="${id}"`)
  const { url } = await browser.press(consent, 'accept', {}, callback)
  const tokens = await redeemAt(host, registered, url.searchParams.get('code') ?? '', callback)
  const target = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: bye, state: 's' })
  const frames = await browser.open(`${end_session_endpoint}?${target}`, bye)
  expect(frames.body).toContain(`${clientUrl}/front?from=op`)
  expect(frames.body).toContain('id="continue"')

  const again = await browser.open(`${authorization_endpoint}?${new URLSearchParams(request)}`, callback)
  await browser.press(again, 'submit', credentials, callback)
  const question = await browser.open(end_session_endpoint)
  expect((await browser.press(question, 'confirm')).body).toContain('You are signed out.')
})

describe.each(chromiums.flatMap((path) => [true, false].map((scripts) => ({ path, scripts }))))(
  'in Chromium, scripts: $scripts',
  ({ path, scripts }) => journey(path, scripts),
)

function journey(executablePath: string, javaScriptEnabled: boolean): void {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: chromiumArguments })
  }, 120_000)
  afterAll(() => browser?.close(), 120_000)

  test('Chromium finds every id on the pages for login, consent, logout with a frame, and the logout question', {
    timeout: 120_000,
  }, async () => {
    const context = await browser.newContext({ javaScriptEnabled })
    context.setDefaultTimeout(30_000)
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    const callback = `${clientUrl}/callback`
    visits.length = 0
    const registered = await registerClient()
    const metadata = await discover(host)
    const authorization = (parameters: object): string => {
      const all = { response_type: 'code', client_id: registered.client_id, redirect_uri: callback, scope: 'openid' }
      return `${metadata.authorization_endpoint}?${new URLSearchParams({ ...all, ...parameters })}`
    }
    await page.goto(authorization({ state: 'first' }))
    expect(await page.locator('#client').textContent()).toBe('Suite <b>&')
    expect(await page.locator('#policy').getAttribute('href')).toBe('https://suite.example.com/policy')
    expect(await page.locator('#tos').count()).toBe(1)
    await page.locator('#login').fill('bob')
    await page.locator('#password').fill('bob-password')
    await page.locator('#submit').click()
    await page.locator('#deny').waitFor()
    await page.locator('#accept').click()
    await page.waitForURL(`${callback}**`)
    const code = new URL(page.url()).searchParams.get('code') ?? ''
    const tokens = await redeemAt(host, registered, code, callback)

    const target = { id_token_hint: tokens.id_token, post_logout_redirect_uri: `${clientUrl}/bye`, state: 's' }
    await page.goto(`${metadata.end_session_endpoint}?${new URLSearchParams(target)}`)
    await page.waitForURL(`${clientUrl}/bye?state=s`)
    const frame = visits.findIndex((path) => path.startsWith('/front?from=op&iss='))
    const bye = visits.findIndex((path) => path.startsWith('/bye'))
    expect(frame).toBeGreaterThanOrEqual(0)
    expect(bye).toBeGreaterThan(frame)

    await page.goto(authorization({ prompt: 'login' }))
    await page.locator('#login').fill('alice')
    await page.locator('#password').fill('alice-password')
    await page.locator('#submit').click()
    await page.locator('#accept').click()
    await page.waitForURL(`${callback}**`)
    await page.goto(metadata.end_session_endpoint)
    await page.locator('#confirm').click()
    await page.getByText('You are signed out.').waitFor()
    await page.goto(authorization({ prompt: 'none' }))
    expect(new URL(page.url()).searchParams.get('error')).toBe('login_required')
    await page.goto(authorization({ redirect_uri: `${clientUrl}/other` })).catch(() => undefined)
    await page.getByText('Error: invalid_request').waitFor()
    expect(complaints.filter((text) => !text.includes('status of 400') && !text.includes('favicon'))).toEqual([])
    await context.close()
  })
}

async function redeemAt(
  host: Host,
  client: Answer['body'],
  code: string,
  redirectUri: string,
): Promise<Answer['body']> {
  const { status, body } = await redeem(host, client, code, redirectUri)
  expect(status).toBe(200)
  return body
}
