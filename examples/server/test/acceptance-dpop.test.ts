import type { ClientInput, Storage } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { createProtectedResource, dpop as dpopProofs } from '@oauth/resource-server'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { authorizationUrl, callbackOf, configure, makeRequest, withNonce } from './acceptance-clients.ts'
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

/** Starts a provider that requires nonces, and an API that requires bound tokens and nonces of its own. */
async function start(storage: Storage): Promise<Running & { readonly resource: string }> {
  const running = await startProvider(storage, (baseUrl) => {
    const resource = `${baseUrl}/notes`
    return {
      options: {
        scopes: ['notes:read'],
        validAudiences: [resource],
        features: [dpop({ requireNonce: true, requiredForResources: [resource] })],
      },
      handlers(provider) {
        const api = createProtectedResource({
          resource,
          authorizationServer: provider,
          scopes: ['notes:read'],
          senderConstraints: [dpopProofs({ required: true, nonceSecret: 'the-secret-of-the-notes-api-for-nonces' })],
        })
        const notes = api.withAuth((_, auth) => Response.json({ notesOf: auth.subject }))
        return [
          (request) => (api.isMetadata(request.url) ? api.metadata(request) : undefined),
          (request) => (new URL(request.url).pathname === '/notes' ? notes(request) : undefined),
        ]
      },
    }
  })
  return { ...running, resource: `${running.baseUrl}/notes` }
}

const scope = 'openid email offline_access notes:read'
const bound: ClientInput = { ...metadata, scope, dpop_bound_access_tokens: true }

describe.each(storageNames)('DPoP with required nonces and independent client libraries, on %s', (name) => {
  const served = serve(name, start)

  test('oauth4webapi, unmodified, redeems a code with dpop_jkt, reads userinfo and the API, and refreshes (D39)', {
    timeout,
  }, async () => {
    const { provider, as, resource } = served()
    const { client_id } = await provider.registerClient({ ...bound, token_endpoint_auth_method: 'none' })
    const client: oauth.Client = { client_id }
    const auth = oauth.None()
    const handle = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
    const options = { ...http, DPoP: handle }
    const dpop_jkt = await handle.calculateThumbprint()
    const { state, nonce, verifier, parameters } = await makeRequest({ scope, dpop_jkt })
    const callback = await callbackOf(authorizationUrl(as, { client_id, ...parameters }))
    const response = oauth.validateAuthResponse(as, client, callback, state)
    const { value: tokens } = await withNonce(async () =>
      oauth.processAuthorizationCodeResponse(
        as,
        client,
        await oauth.authorizationCodeGrantRequest(as, client, auth, response, redirectUri, verifier, options),
        { expectedNonce: nonce },
      ),
    )
    expect(tokens.token_type).toBe('dpop')

    const about = await oauth.processUserInfoResponse(
      as,
      client,
      oauth.skipSubjectCheck,
      await oauth.userInfoRequest(as, client, tokens.access_token, options),
    )
    expect(about.email).toBe(user.email)

    const refreshOptions = { ...options, additionalParameters: { resource } }
    const { access_token } = await oauth.processRefreshTokenResponse(
      as,
      client,
      await oauth.refreshTokenGrantRequest(as, client, auth, String(tokens.refresh_token), refreshOptions),
    )
    const { value: answer } = await withNonce(() =>
      oauth.protectedResourceRequest(access_token, 'GET', new URL(resource), undefined, undefined, options),
    )
    expect(await answer.json()).toEqual({ notesOf: user.id })
    const stolen = await fetch(resource, { headers: { authorization: `Bearer ${access_token}` } })
    expect(stolen.status).toBe(401)
  })

  test('openid-client, unmodified, runs the code flow, userinfo, the API and a refresh (D39)', {
    timeout,
  }, async () => {
    const { provider, resource } = served()
    const { client_id, client_secret } = await provider.registerClient({
      ...bound,
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const config = await configure(served(), client_id, openid.ClientSecretBasic(client_secret))
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
    const dpop_jkt = await DPoP.calculateThumbprint()
    const { parameters, checks } = await makeRequest({ scope, resource, dpop_jkt })
    const callback = await callbackOf(openid.buildAuthorizationUrl(config, parameters))
    const tokens = await openid.authorizationCodeGrant(config, callback, checks, undefined, { DPoP })
    expect(tokens.token_type).toBe('dpop')
    const subject = String(tokens.claims()?.sub)
    expect(await openid.fetchUserInfo(config, tokens.access_token, subject, { DPoP })).toMatchObject({
      email: user.email,
    })
    const fresh = await openid.refreshTokenGrant(config, String(tokens.refresh_token), { resource }, { DPoP })
    const read = () =>
      openid.fetchProtectedResource(config, fresh.access_token, new URL(resource), 'GET', undefined, undefined, {
        DPoP,
      })
    for (let count = 0; count < 3; count++) expect(await (await read()).json()).toEqual({ notesOf: user.id })
    const machine = await openid.clientCredentialsGrant(config, { scope: 'notes:read' }, { DPoP })
    expect(machine.token_type).toBe('dpop')
    await expect(openid.clientCredentialsGrant(config, { scope: 'notes:read' })).rejects.toMatchObject({
      error: 'invalid_request',
    })
  })
})
