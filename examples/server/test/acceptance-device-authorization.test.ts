import type { ClientInput } from '@oauth/core'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { dpop } from '@oauth/core/features/dpop'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { configure } from './acceptance-clients.ts'
import { http, type Running, serve, startProvider, storageNames, timeout, user } from './acceptance-support.ts'

const optionsOf = (intervalSeconds: number) => ({
  features: [dpop(), deviceAuthorization({ verificationUri: '/device', intervalSeconds })],
})

const device: ClientInput = {
  redirect_uris: [],
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  scope: 'openid email offline_access',
  token_endpoint_auth_method: 'none',
}
const scope = 'openid email offline_access'

/** Enters the code and answers the consent page, as the browser of the user who is always signed in. */
async function answer({ provider, baseUrl }: Running, userCode: string, accept = true): Promise<void> {
  const post = (path: string, form: Record<string, string>, cookie = '') =>
    fetch(provider.issuer + path, {
      ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams(form) },
      headers: { origin: baseUrl, cookie },
    })
  const entered = await post('/oauth2/device', { user_code: userCode })
  const page = new URL(entered.headers.get('location') ?? '')
  const cookie = entered.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const state = page.searchParams.get('state') ?? ''
  expect([page.pathname, (await post('/oauth2/consent', { state, accept: String(accept) }, cookie)).status]).toEqual([
    '/consent',
    200,
  ])
}

describe.each(storageNames)('device authorization with independent client libraries, on %s', (name) => {
  // The clients wait as long as they are told to. Where nobody waits, the interval is long enough to be too early for sure.
  const served = serve(name, (storage) => startProvider(storage, () => ({ options: optionsOf(2) })))
  const slow = serve(name, (storage) => startProvider(storage, () => ({ options: optionsOf(20) })))

  test('openid-client asks for codes, polls until the user has approved, and refreshes (V18)', {
    timeout,
  }, async () => {
    const { client_id } = await served().provider.registerClient(device)
    const config = await configure(served(), client_id, openid.None())
    const started = await openid.initiateDeviceAuthorization(config, { scope })
    expect(started).toMatchObject({ expires_in: 600, interval: 2 })
    const polling = openid.pollDeviceAuthorizationGrant(config, started)
    await new Promise((resolve) => setTimeout(resolve, 2500))
    await answer(served(), started.user_code)
    const tokens = await polling
    expect(tokens.claims()?.sub).toBe(user.id)
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(refreshed.access_token).toBeTypeOf('string')
  })

  test('openid-client learns that the user has refused, and stops when it is told to (V18)', { timeout }, async () => {
    const { client_id } = await served().provider.registerClient(device)
    const config = await configure(served(), client_id, openid.None())
    const refused = await openid.initiateDeviceAuthorization(config, { scope })
    await answer(served(), refused.user_code, false)
    await expect(openid.pollDeviceAuthorizationGrant(config, refused)).rejects.toMatchObject({ error: 'access_denied' })
    const left = await openid.initiateDeviceAuthorization(config, { scope })
    const signal = AbortSignal.timeout(100)
    await expect(openid.pollDeviceAuthorizationGrant(config, left, undefined, { signal })).rejects.toThrow()
  })

  test('openid-client gets tokens that are bound to its key (V14, V18)', { timeout }, async () => {
    const { client_id } = await served().provider.registerClient({ ...device, dpop_bound_access_tokens: true })
    const config = await configure(served(), client_id, openid.None())
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
    const started = await openid.initiateDeviceAuthorization(config, { scope })
    await answer(served(), started.user_code)
    const tokens = await openid.pollDeviceAuthorizationGrant(config, started, undefined, { DPoP })
    expect(tokens.token_type.toLowerCase()).toBe('dpop')
    expect((await openid.fetchUserInfo(config, tokens.access_token, user.id, { DPoP })).sub).toBe(user.id)
  })

  test('oauth4webapi reads the codes, each error of polling, and the tokens (V18)', { timeout }, async () => {
    const { provider, as } = slow()
    const { client_id, client_secret } = await provider.registerClient({
      ...device,
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const client: oauth.Client = { client_id }
    const auth = oauth.ClientSecretBasic(client_secret ?? '')
    const request = await oauth.deviceAuthorizationRequest(as, client, auth, new URLSearchParams({ scope }), http)
    const started = await oauth.processDeviceAuthorizationResponse(as, client, request)
    const poll = async () =>
      oauth.processDeviceCodeResponse(
        as,
        client,
        await oauth.deviceCodeGrantRequest(as, client, auth, started.device_code, http),
      )
    await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending', status: 400 })
    await expect(poll()).rejects.toMatchObject({ error: 'slow_down', status: 400 })
    await answer(slow(), started.user_code)
    const tokens = await poll()
    expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(user.id)
    await expect(poll()).rejects.toMatchObject({ error: 'invalid_grant', status: 400 })
  })
})
