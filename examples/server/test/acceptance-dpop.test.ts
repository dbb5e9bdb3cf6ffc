import type { ClientInput, Storage } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { createProtectedResource, dpop as dpopProofs } from '@oauth/resource-server'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  callbackOf,
  discover,
  http,
  type OpenedStorage,
  openStorage,
  type Running,
  redirectUri,
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

const metadata: ClientInput = {
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid email offline_access notes:read',
  skip_consent: true,
  dpop_bound_access_tokens: true,
}

describe.each(storageNames)('DPoP with required nonces and independent client libraries, on %s', (name) => {
  let opened: OpenedStorage
  let running: Awaited<ReturnType<typeof start>>
  let as: oauth.AuthorizationServer

  beforeAll(async () => {
    opened = await openStorage(name)
    running = await start(opened.storage)
    as = await discover(running)
  }, timeout)

  afterAll(async () => {
    await running?.stop()
    await opened?.close()
    expect(running?.failures()).toEqual([])
  })

  test('oauth4webapi, unmodified, redeems a code with dpop_jkt, reads userinfo and the API, and refreshes (D39)', {
    timeout,
  }, async () => {
    const registered = await running.provider.registerClient({ ...metadata, token_endpoint_auth_method: 'none' })
    const client: oauth.Client = { client_id: registered.client_id }
    const auth = oauth.None()
    const handle = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
    const options = { ...http, DPoP: handle }
    const verifier = oauth.generateRandomCodeVerifier()
    const state = oauth.generateRandomState()
    const query = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid email offline_access notes:read',
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      dpop_jkt: await handle.calculateThumbprint(),
    })
    const parameters = oauth.validateAuthResponse(
      as,
      client,
      await callbackOf(new URL(`${as.authorization_endpoint}?${query}`)),
      state,
    )
    const redeem = async () => {
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        auth,
        parameters,
        redirectUri,
        verifier,
        options,
      )
      return oauth.processAuthorizationCodeResponse(as, client, response)
    }
    const tokens = await redeem().catch((error: unknown) => {
      expect(oauth.isDPoPNonceError(error)).toBe(true)
      return redeem()
    })
    expect(tokens.token_type).toBe('dpop')

    const about = await oauth.processUserInfoResponse(
      as,
      client,
      oauth.skipSubjectCheck,
      await oauth.userInfoRequest(as, client, tokens.access_token, options),
    )
    expect(about.email).toBe(user.email)

    const refresh = (resource: string) =>
      oauth
        .refreshTokenGrantRequest(as, client, auth, String(tokens.refresh_token), {
          ...options,
          additionalParameters: { resource },
        })
        .then((response) => oauth.processRefreshTokenResponse(as, client, response))
    const { access_token } = await refresh(running.resource)
    const read = () =>
      oauth.protectedResourceRequest(access_token, 'GET', new URL(running.resource), undefined, undefined, options)
    const response = await read().catch((error: unknown) => {
      expect(oauth.isDPoPNonceError(error)).toBe(true)
      return read()
    })
    expect(await response.json()).toEqual({ notesOf: user.id })
    const stolen = await fetch(running.resource, { headers: { authorization: `Bearer ${access_token}` } })
    expect(stolen.status).toBe(401)
  })

  test('openid-client, unmodified, runs the code flow, userinfo, the API and a refresh (D39)', {
    timeout,
  }, async () => {
    const registered = await running.provider.registerClient({
      ...metadata,
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const config = await openid.discovery(
      new URL(running.provider.issuer),
      registered.client_id,
      registered.client_secret,
      openid.ClientSecretBasic(registered.client_secret),
      { execute: [openid.allowInsecureRequests] },
    )
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
    const verifier = openid.randomPKCECodeVerifier()
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid email offline_access notes:read',
      resource: running.resource,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      dpop_jkt: await DPoP.calculateThumbprint(),
    })
    const checks = { pkceCodeVerifier: verifier, idTokenExpected: true }
    const tokens = await openid.authorizationCodeGrant(config, await callbackOf(url), checks, undefined, { DPoP })
    expect(tokens.token_type).toBe('dpop')
    const subject = String(tokens.claims()?.sub)
    expect(await openid.fetchUserInfo(config, tokens.access_token, subject, { DPoP })).toMatchObject({
      email: user.email,
    })
    const more = { resource: running.resource }
    const fresh = await openid.refreshTokenGrant(config, String(tokens.refresh_token), more, { DPoP })
    const api = new URL(running.resource)
    for (let count = 0; count < 3; count++) {
      const response = await openid.fetchProtectedResource(
        config,
        fresh.access_token,
        api,
        'GET',
        undefined,
        undefined,
        { DPoP },
      )
      expect(await response.json()).toEqual({ notesOf: user.id })
    }
    const machine = await openid.clientCredentialsGrant(config, { scope: 'notes:read' }, { DPoP })
    expect(machine.token_type).toBe('dpop')
    await expect(openid.clientCredentialsGrant(config, { scope: 'notes:read' })).rejects.toMatchObject({
      error: 'invalid_request',
    })
  })
})
