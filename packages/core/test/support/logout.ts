import type { ClientInput, RegisteredClient } from '@oauth/core'
import type { Browser } from './browser.ts'
import { authorize, exchangeCode, type Parameters, registerConfidential } from './client.ts'
import { alice, createWorld, type TestUser, type World, type WorldOptions } from './world.ts'

export const afterLogout = 'https://app.example.com/bye?from=id'

/** A world whose host can end sessions. */
export function createLogoutWorld(options: WorldOptions = {}): World {
  return createWorld({
    idTokenSigningAlgorithm: 'ES256',
    accessTokenSigningAlgorithm: 'ES256',
    endsSessions: true,
    ...options,
  })
}

/** A client that may end sessions. */
export function registerEnding(world: World, input: ClientInput = {}): Promise<RegisteredClient> {
  return registerConfidential(world, {
    enable_end_session: true,
    post_logout_redirect_uris: [afterLogout],
    ...input,
  })
}

export interface SignedInAt {
  readonly browser: Browser
  readonly idToken: string
  readonly accessToken: string
  readonly refreshToken: string | undefined
}

/** A user who is signed in at a client, and the client's ID token. */
export async function signInAt(
  world: World,
  client: RegisteredClient,
  options: { readonly user?: TestUser; readonly browser?: Browser; readonly scope?: string } = {},
): Promise<SignedInAt> {
  const { user = alice, scope = 'openid' } = options
  const authorized = await authorize(world, client, { scope }, { user, ...options })
  const { body } = await exchangeCode(world, client, authorized)
  return {
    browser: authorized.browser,
    idToken: body.id_token,
    accessToken: body.access_token,
    refreshToken: body.refresh_token,
  }
}

/** The URL of a client's logout request. A parameter that is `undefined` is left out. */
export function logoutUrl(world: World, parameters: Parameters): string {
  const url = new URL(`${world.issuer}/oauth2/end-session`)
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

/** Whether the host's session of this browser is alive. */
export function isSignedIn(world: World, browser: Browser): boolean {
  return world.sessions.has(browser.cookies.get('session') ?? '')
}

/** The form of a confirmation page, as a browser without scripts posts it. */
export function readForm(html: string): { readonly action: string; readonly body: URLSearchParams } {
  const action = /<form method="post" action="([^"]+)">/.exec(html)?.[1]
  if (action === undefined) throw new Error(`there is no form: ${html}`)
  if (!/<button type="submit" id="confirm">/.test(html)) throw new Error('there is no button')
  const body = new URLSearchParams()
  for (const [, name = '', value = ''] of html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)) {
    body.append(name, value)
  }
  return { action, body }
}

/** The headers with which a browser posts the form of a server page, which sends no referrer. */
export const ownPage = { origin: 'null', 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' }

/** Presses the button of a confirmation page. */
export async function confirmLogout(browser: Browser, page: Response): Promise<Response> {
  const { action, body } = readForm(await page.text())
  return browser.request(action, { method: 'POST', headers: ownPage, body })
}

/** Expects a page of the server that is no error and does not redirect. Returns its HTML. */
export async function readPage(response: Response): Promise<string> {
  if (response.status !== 200 || response.headers.get('location') !== null)
    throw new Error(`no page: ${response.status}`)
  if (response.headers.get('content-type') !== 'text/html; charset=utf-8') throw new Error('no HTML')
  return response.text()
}
