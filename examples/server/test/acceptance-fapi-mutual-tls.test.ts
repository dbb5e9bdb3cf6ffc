import type { ClientInput, Storage } from '@oauth/core'
import { fapi2SecurityProfile } from '@oauth/core/features/fapi2'
import { mutualTls, socketCertificate } from '@oauth/core/features/mutual-tls'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { authorizationUrl, callbackOf, makeRequest } from './acceptance-clients.ts'
import { metadata, redirectUri, serve, startProvider, storageNames, timeout, user } from './acceptance-support.ts'
import { by, configureWith, fetchWith, ofOther, ofReports, tlsServers } from './acceptance-tls.ts'

// The FAPI 2.0 Security Profile with certificates alone: clients authenticate by them, and tokens are bound to them.

function start(storage: Storage) {
  const tls = tlsServers()
  const additions = () => ({
    options: {
      features: [
        mutualTls({
          clientCertificate: (request) => socketCertificate(tls.socketOf(request)),
          endpointAliases: tls.mutualOrigin(),
        }),
        pushedAuthorizationRequests(),
        fapi2SecurityProfile(),
      ],
      idTokenSigningAlgorithm: 'PS256',
      accessTokenSigningAlgorithm: 'PS256',
      refreshTokenReuseWindowSeconds: 60,
    } as const,
  })
  return startProvider(storage, additions, tls.listen)
}

const fapiClient: ClientInput = {
  ...metadata,
  token_endpoint_auth_method: 'tls_client_auth',
  tls_client_auth_subject_dn: 'CN=reports,O=Example,C=DE',
  tls_client_certificate_bound_access_tokens: true,
}

describe.each(storageNames)('the FAPI 2.0 Security Profile over mutual TLS, on %s', (name) => {
  const served = serve(name, start)

  test('oauth4webapi, unmodified, pushes, redeems and reads userinfo with its certificate, and another one is refused (M03, M11, M14, P29)', {
    timeout,
  }, async () => {
    const { provider, as } = served()
    const { client_id } = await provider.registerClient(fapiClient)
    const client: oauth.Client = {
      client_id,
      use_mtls_endpoint_aliases: true,
    }
    const auth = oauth.TlsClientAuth()
    const { state, nonce, verifier, parameters } = await makeRequest()
    const push = async (options: ReturnType<typeof by>) =>
      oauth.processPushedAuthorizationResponse(
        as,
        client,
        await oauth.pushedAuthorizationRequest(as, client, auth, new URLSearchParams(parameters), options),
      )
    await expect(push(by(ofOther))).rejects.toMatchObject({ error: 'invalid_client', status: 401 })
    const { request_uri } = await push(by(ofReports))
    const location = await callbackOf(authorizationUrl(as, { client_id, request_uri }), fetchWith())
    const callback = oauth.validateAuthResponse(as, client, location, state)
    const redeem = async (options: ReturnType<typeof by>) =>
      oauth.processAuthorizationCodeResponse(
        as,
        client,
        await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirectUri, verifier, options),
        { expectedNonce: nonce, requireIdToken: true },
      )
    await expect(redeem(by(ofOther))).rejects.toMatchObject({ error: 'invalid_client' })
    const tokens = await redeem(by(ofReports))
    const subject = String(oauth.getValidatedIdTokenClaims(tokens)?.sub)
    const readUserinfo = async (options: ReturnType<typeof by>) =>
      oauth.processUserInfoResponse(
        as,
        client,
        subject,
        await oauth.userInfoRequest(as, client, tokens.access_token, options),
      )
    expect((await readUserinfo(by(ofReports))).email).toBe(user.email)
    await expect(readUserinfo(by(ofOther))).rejects.toMatchObject({ status: 401 })
  })

  test('openid-client, unmodified, runs the flow and a refresh with its certificate (M03, M14, P29)', {
    timeout,
  }, async () => {
    const { client_id } = await served().provider.registerClient(fapiClient)
    const config = await configureWith(served(), client_id, ofReports)
    const { parameters, checks } = await makeRequest()
    const url = await openid.buildAuthorizationUrlWithPAR(config, parameters)
    const tokens = await openid.authorizationCodeGrant(config, await callbackOf(url, fetchWith()), checks)
    const fresh = await openid.refreshTokenGrant(config, String(tokens.refresh_token))
    const subject = String(tokens.claims()?.sub)
    expect(await openid.fetchUserInfo(config, fresh.access_token, subject)).toMatchObject({ email: user.email })
  })
})
