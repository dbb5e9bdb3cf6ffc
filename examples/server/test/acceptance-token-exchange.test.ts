import { tokenExchange } from '@oauth/core/features/token-exchange'
import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { authorizationUrl, callbackOf, configure, makeRequest } from './acceptance-clients.ts'
import {
  http,
  metadata,
  type Running,
  redirectUri,
  serve,
  startProvider,
  storageNames,
  timeout,
  user,
} from './acceptance-support.ts'

const orders = 'https://orders.example.com'
const stock = 'https://stock.example.com'
const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'

const options = {
  scopes: ['stock:read', 'stock:write'],
  validAudiences: [orders, stock],
  features: [
    tokenExchange({
      accessTokens: {
        authorize: ({ resources }) =>
          resources.includes(stock) ? { mode: 'delegation', resources: [stock] } : undefined,
      },
    }),
  ],
}

/** Registers the API in front, which exchanges the tokens of its callers, and the API behind it. */
async function registerApis({ provider }: Running) {
  const scope = 'stock:read stock:write'
  const front = await provider.registerClient({
    grant_types: [grantType],
    redirect_uris: [],
    resources: [orders],
    scope,
  })
  const behind = await provider.registerClient({
    grant_types: ['client_credentials'],
    redirect_uris: [],
    resources: [stock],
  })
  return { front, behind }
}

/** Signs the user in at an application, and returns its access token for the API in front. */
async function callerToken({ provider, as }: Running & { readonly as: oauth.AuthorizationServer }): Promise<string> {
  const { client_id, client_secret } = await provider.registerClient({ ...metadata, scope: 'openid stock:read' })
  const client: oauth.Client = { client_id }
  const { state, nonce, verifier, parameters } = await makeRequest({ scope: 'openid stock:read', resource: orders })
  const callback = await callbackOf(authorizationUrl(as, { ...parameters, client_id }))
  const response = await oauth.authorizationCodeGrantRequest(
    ...([as, client, oauth.ClientSecretBasic(String(client_secret))] as const),
    ...([oauth.validateAuthResponse(as, client, callback, state), redirectUri, verifier] as const),
    { ...http, additionalParameters: { resource: orders } },
  )
  const checks = { expectedNonce: nonce, requireIdToken: true }
  return (await oauth.processAuthorizationCodeResponse(as, client, response, checks)).access_token
}

describe.each(storageNames)('token exchange with independent client libraries, on %s', (name) => {
  const served = serve(name, (storage) => startProvider(storage, () => ({ options })))

  test('oauth4webapi exchanges the token of a caller for one for the API behind, which introspects it (X08, X09)', {
    timeout,
  }, async () => {
    const { as, provider } = served()
    const { front, behind } = await registerApis(served())
    const client: oauth.Client = { client_id: front.client_id }
    const auth = oauth.ClientSecretBasic(String(front.client_secret))
    const subject_token = await callerToken(served())
    const form = new URLSearchParams({ subject_token, subject_token_type: accessToken, audience: stock })
    const response = await oauth.genericTokenEndpointRequest(as, client, auth, grantType, form, http)
    const tokens = await oauth.processGenericTokenEndpointResponse(as, client, response)
    expect([tokens.token_type, tokens.issued_token_type]).toEqual(['bearer', accessToken])
    expect([tokens.scope, tokens.refresh_token, tokens.id_token]).toEqual(['stock:read', undefined, undefined])
    const api: oauth.Client = { client_id: behind.client_id }
    const apiAuth = oauth.ClientSecretBasic(String(behind.client_secret))
    const introspect = async () => {
      const answer = await oauth.introspectionRequest(as, api, apiAuth, tokens.access_token, http)
      return oauth.processIntrospectionResponse(as, api, answer)
    }
    expect(await introspect()).toMatchObject({
      ...{ active: true, sub: user.id, aud: stock, client_id: front.client_id },
      act: { sub: front.client_id },
    })
    await provider.revokeUserGrants(user.id)
    expect(await introspect()).toEqual({ active: false })
  })

  test('openid-client exchanges as well, and reads the error of what is not allowed (X05, X06)', {
    timeout,
  }, async () => {
    const { front } = await registerApis(served())
    const config = await configure(served(), front.client_id, openid.ClientSecretPost(front.client_secret))
    const subject = { subject_token: await callerToken(served()), subject_token_type: accessToken }
    const tokens = await openid.genericGrantRequest(config, grantType, { ...subject, resource: stock })
    expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: user.id, aud: stock, act: { sub: front.client_id } })
    const refused: readonly (readonly [Record<string, string>, string])[] = [
      [{ resource: orders }, 'invalid_request'],
      [{ resource: 'https://elsewhere.example.com' }, 'invalid_target'],
      [{ resource: stock, scope: 'stock:write' }, 'invalid_scope'],
      [{ resource: stock, subject_token: 'unknown' }, 'invalid_request'],
    ]
    for (const [changes, error] of refused) {
      const request = openid.genericGrantRequest(config, grantType, { ...subject, ...changes })
      await expect(request).rejects.toMatchObject({ error, status: 400 })
    }
  })
})
