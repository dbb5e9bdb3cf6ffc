import type { ClientInput, RegisteredClient } from '@oauth/core'
import { type DeviceAuthorizationOptions, deviceAuthorization } from '@oauth/core/features/device-authorization'
import type { Browser } from './browser.ts'
import { type Answer, type Parameters, postAs, registerPublic } from './client.ts'
import { createQuickWorld } from './tokens.ts'
import { alice, type TestUser, type World, type WorldOptions } from './world.ts'

export const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code'
export const devicePath = '/oauth2/device_authorization'
export const deviceScope = 'openid email offline_access'

/** A server with device authorization, and further features. */
export function deviceWorld(
  options: Partial<DeviceAuthorizationOptions> = {},
  { features = [], ...world }: WorldOptions = {},
): World {
  return createQuickWorld({
    features: [...features, deviceAuthorization({ verificationUri: '/device', ...options })],
    ...world,
  })
}

export function registerDevice(world: World, input: ClientInput = {}): Promise<RegisteredClient> {
  return registerPublic(world, { redirect_uris: [], grant_types: [deviceGrantType, 'refresh_token'], ...input })
}

export interface StartedDevice {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly verification_uri_complete?: string
  readonly expires_in: number
  readonly interval: number
}

/** Asks for codes, as a device that the server takes. */
export async function startDevice(
  world: World,
  client: RegisteredClient,
  form: Parameters = { scope: deviceScope },
): Promise<StartedDevice> {
  const { status, body } = await postAs(world, client, devicePath, form)
  if (status !== 200) throw new Error(`not started: ${status} ${JSON.stringify(body)}`)
  return body
}

/** Asks for tokens once. */
export function poll(
  world: World,
  client: RegisteredClient,
  { device_code }: Pick<StartedDevice, 'device_code'>,
  form: Parameters = {},
): Promise<Answer> {
  return postAs(world, client, '/oauth2/token', { grant_type: deviceGrantType, device_code, ...form })
}

/** Posts a code as the page does. */
export function enterCode(browser: Browser, userCode: string, headers: Record<string, string> = {}): Promise<Response> {
  const { issuer } = browser.world
  return browser.request(`${issuer}/oauth2/device`, {
    method: 'POST',
    headers: { origin: new URL(issuer).origin, ...headers },
    body: new URLSearchParams({ user_code: userCode }),
  })
}

export interface ConsentPage {
  readonly browser: Browser
  readonly page: string
}

/** Signs in, enters the code, and continues to the consent page. */
export async function toDeviceConsent(
  world: World,
  { user_code }: Pick<StartedDevice, 'user_code'>,
  user: TestUser = alice,
): Promise<ConsentPage> {
  const browser = world.browser()
  browser.signIn(user)
  const entered = await enterCode(browser, user_code)
  const location = entered.headers.get('location')
  if (location === null) throw new Error(`not entered: ${entered.status} ${await entered.text()}`)
  const { url } = await browser.visit(location)
  return { browser, page: url }
}

/** Answers the consent page for a device. */
export async function answerDevice(
  world: World,
  started: Pick<StartedDevice, 'user_code'>,
  accept = true,
): Promise<Response> {
  const { browser, page } = await toDeviceConsent(world, started)
  return browser.consent(page, accept)
}
