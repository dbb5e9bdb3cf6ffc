import type { Storage } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { configure, consentPage, makeKeys, makeRequest } from './acceptance-clients.ts'
import { gift, newsletter, payments, paymentsApi, rent, shownOn } from './acceptance-payments.ts'
import { redirectUri, serve, startProvider, storageNames, timeout } from './acceptance-support.ts'

/** Starts a provider with payments and an API that books them, on one HTTP server. */
async function start(storage: Storage) {
  const running = await startProvider(storage, (baseUrl) => {
    const resource = `${baseUrl}/payments`
    return {
      options: {
        validAudiences: [resource],
        features: [privateKeyJwt(), dpop(), pushedAuthorizationRequests({ required: true }), payments(resource)],
      },
      handlers: (provider) => paymentsApi(resource, provider),
    }
  })
  return { ...running, resource: `${running.baseUrl}/payments` }
}

describe.each(storageNames)('rich authorization requests and an independent client library (%s)', (name) => {
  const served = serve(name, start)

  test('openid-client, unmodified, pushes details with private_key_jwt and DPoP, the user grants a part, and the API books it (A03, A06, A07, A09, A14)', {
    timeout,
  }, async () => {
    const { provider, resource } = served()
    const { jwks, signer } = await makeKeys()
    const { client_id } = await provider.registerClient({
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid offline_access',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks,
      dpop_bound_access_tokens: true,
      authorization_details_types: ['payment_initiation', 'newsletter'],
    })
    const config = await configure(served(), client_id, openid.PrivateKeyJwt(signer))
    expect(config.serverMetadata().authorization_details_types_supported).toEqual(['payment_initiation', 'newsletter'])
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
    const { parameters, checks } = await makeRequest({ scope: 'openid offline_access' })
    const wrong = { ...parameters, authorization_details: JSON.stringify([{ ...rent, currency: 'XXX' }]) }
    await expect(openid.buildAuthorizationUrlWithPAR(config, wrong, { DPoP })).rejects.toMatchObject({
      error: 'invalid_authorization_details',
    })
    const authorization_details = JSON.stringify([rent, gift, newsletter])
    const url = await openid.buildAuthorizationUrlWithPAR(config, { ...parameters, authorization_details }, { DPoP })
    const { page, context, accept } = await consentPage(served(), url)
    expect(shownOn(served(), context)).toEqual([
      { details: rent, description: 'Pay 800.00 EUR to Landlord' },
      { details: gift, description: 'Pay 20.00 EUR to Bob' },
      { details: newsletter },
    ])
    expect(page).not.toContain('Landlord')

    const callback = await accept({ authorization_details: JSON.stringify([rent, null, newsletter]) })
    const more = { resource }
    const tokens = await openid.authorizationCodeGrant(config, callback, checks, more, { DPoP })
    expect(tokens.token_type).toBe('dpop')
    expect(tokens.authorization_details).toEqual([rent, newsletter])
    const { access_token } = tokens
    const api = new URL(resource)
    const response = await openid.fetchProtectedResource(config, access_token, api, 'POST', undefined, undefined, {
      DPoP,
    })
    expect(await response.json()).toEqual({ booked: [rent], all: [rent] })

    const less = { ...more, authorization_details: JSON.stringify([newsletter]) }
    const narrow = await openid.refreshTokenGrant(config, String(tokens.refresh_token), less, { DPoP })
    expect(narrow.authorization_details).toEqual([newsletter])
    const beyond = { ...more, authorization_details: JSON.stringify([gift]) }
    const refused = openid.refreshTokenGrant(config, String(narrow.refresh_token), beyond, { DPoP })
    await expect(refused).rejects.toMatchObject({ error: 'invalid_authorization_details' })
    const whole = await openid.refreshTokenGrant(config, String(narrow.refresh_token), more, { DPoP })
    expect(whole.authorization_details).toEqual([rent, newsletter])
  })
})
