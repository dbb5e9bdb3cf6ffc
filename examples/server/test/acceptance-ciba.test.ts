import type { ClientInput } from '@oauth/core'
import { type Ciba, ciba } from '@oauth/core/features/backchannel-authentication'
import { dpop } from '@oauth/core/features/dpop'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { configure } from './acceptance-clients.ts'
import { http, type Running, serve, startProvider, storageNames, timeout, user } from './acceptance-support.ts'

const optionsOf = (intervalSeconds: number) => ({
  features: [
    dpop(),
    ciba({
      resolveUser: ({ loginHint }) => (loginHint === 'till-4' ? user.id : undefined),
      notifyUser: () => {},
      intervalSeconds,
      prompts: { perClient: 100, perUser: 1000 },
    }),
  ],
})

const till: ClientInput = {
  redirect_uris: [],
  grant_types: ['urn:openid:params:grant-type:ciba', 'refresh_token'],
  backchannel_token_delivery_mode: 'poll',
  scope: 'openid email offline_access',
  token_endpoint_auth_method: 'client_secret_basic',
}
const request = { scope: 'openid email offline_access', login_hint: 'till-4', binding_message: 'Till 4' }

/** Answers the request with this binding message, as the page of the user does. */
async function answer({ provider }: Running, binding: string, approved = true): Promise<void> {
  const api = (provider.features as unknown as { readonly ciba: Ciba }).ciba
  const waiting = (await api.list(user.id)).find(({ bindingMessage }) => bindingMessage === binding)
  const session = { authTime: Math.floor(Date.now() / 1000) - 1, amr: ['pwd'] }
  const decision = approved
    ? ({ approved, userId: user.id, session } as const)
    : ({ approved, userId: user.id } as const)
  expect(await api.decide(waiting?.id ?? '', decision as Parameters<Ciba['decide']>[1])).toBe('decided')
}

describe.each(storageNames)('back-channel authentication with independent client libraries, on %s', (name) => {
  // The clients wait as long as they are told to. Where nobody waits, the interval is long enough to be too early for sure.
  const served = serve(name, (storage) => startProvider(storage, () => ({ options: optionsOf(2) })))
  const slow = serve(name, (storage) => startProvider(storage, () => ({ options: optionsOf(20) })))

  async function configured(input: ClientInput = {}, fetching?: openid.CustomFetch): Promise<openid.Configuration> {
    const { client_id, client_secret = '' } = await served().provider.registerClient({ ...till, ...input })
    const config = await configure(served(), client_id, openid.ClientSecretBasic(client_secret))
    if (fetching !== undefined) config[openid.customFetch] = fetching
    return config
  }

  test('openid-client asks, polls until the user has approved, and refreshes (C16)', { timeout }, async () => {
    const config = await configured()
    const started = await openid.initiateBackchannelAuthentication(config, { ...request, binding_message: 'Till 1' })
    expect(started).toMatchObject({ expires_in: 300, interval: 2 })
    const polling = openid.pollBackchannelAuthenticationGrant(config, started)
    await new Promise((resolve) => setTimeout(resolve, 2500))
    await answer(served(), 'Till 1')
    const tokens = await polling
    expect(tokens.claims()?.sub).toBe(user.id)
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(refreshed.access_token).toBeTypeOf('string')
  })

  test('openid-client goes on after a 503 with Retry-After, and learns that the user has refused (C16)', {
    timeout,
  }, async () => {
    let unavailable = 1
    const config = await configured({}, async (url, init) =>
      url.endsWith('/oauth2/token') && unavailable-- > 0
        ? new Response(null, { status: 503, headers: { 'retry-after': '1' } })
        : fetch(url, init as RequestInit),
    )
    const started = await openid.initiateBackchannelAuthentication(config, { ...request, binding_message: 'Till 2' })
    await answer(served(), 'Till 2', false)
    await expect(openid.pollBackchannelAuthenticationGrant(config, started)).rejects.toMatchObject({
      error: 'access_denied',
    })
    expect(unavailable).toBeLessThan(0)
  })

  test('openid-client gets tokens that are bound to its key (C16)', { timeout }, async () => {
    const config = await configured({ dpop_bound_access_tokens: true })
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
    const started = await openid.initiateBackchannelAuthentication(config, { ...request, binding_message: 'Till 3' })
    await answer(served(), 'Till 3')
    const tokens = await openid.pollBackchannelAuthenticationGrant(config, started, undefined, { DPoP })
    expect(tokens.token_type.toLowerCase()).toBe('dpop')
    expect((await openid.fetchUserInfo(config, tokens.access_token, user.id, { DPoP })).sub).toBe(user.id)
  })

  test('oauth4webapi reads the answer, each error of polling, and the tokens (C16)', { timeout }, async () => {
    const { provider, as } = slow()
    const { client_id, client_secret = '' } = await provider.registerClient(till)
    const client: oauth.Client = { client_id }
    const auth = oauth.ClientSecretBasic(client_secret)
    const ask = (parameters: Record<string, string>) =>
      oauth.backchannelAuthenticationRequest(as, client, auth, new URLSearchParams(parameters), http)
    const started = await oauth.processBackchannelAuthenticationResponse(as, client, await ask(request))
    const poll = async () =>
      oauth.processBackchannelAuthenticationGrantResponse(
        as,
        client,
        await oauth.backchannelAuthenticationGrantRequest(as, client, auth, started.auth_req_id, http),
      )
    await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending', status: 400 })
    await expect(poll()).rejects.toMatchObject({ error: 'slow_down', status: 400 })
    await answer(slow(), 'Till 4')
    const tokens = await poll()
    expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(user.id)
    await expect(poll()).rejects.toMatchObject({ error: 'invalid_grant', status: 400 })
    const unknown = await ask({ ...request, login_hint: 'nobody' })
    await expect(oauth.processBackchannelAuthenticationResponse(as, client, unknown)).rejects.toMatchObject({
      error: 'unknown_user_id',
      status: 400,
    })
  })
})
