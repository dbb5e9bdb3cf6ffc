import type { ClientInput, Storage } from '@oauth/core'
import { mutualTls, socketCertificate } from '@oauth/core/features/mutual-tls'
import { mutualTls as certificates, createProtectedResource, socketCertificate as peer } from '@oauth/resource-server'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import type { TestCertificate } from '../../../packages/core/test/support/certificates.ts'
import { callbackOf, makeRequest } from './acceptance-clients.ts'
import { metadata, type Running, serve, startProvider, storageNames, timeout, user } from './acceptance-support.ts'
import { by, configureWith, fetchWith, forged, ofOther, ofReports, selfSigned, tlsServers } from './acceptance-tls.ts'

/** Starts a provider on an origin that never asks for certificates, and its aliases and an API on one that does. */
async function start(storage: Storage): Promise<Running & { readonly resource: string }> {
  const tls = tlsServers()
  const resourceOf = () => `${tls.mutualOrigin()}/notes`
  const running = await startProvider(
    storage,
    () => {
      const resource = resourceOf()
      return {
        options: {
          scopes: ['notes:read'],
          validAudiences: [resource],
          features: [
            mutualTls({
              clientCertificate: (request) => socketCertificate(tls.socketOf(request)),
              endpointAliases: tls.mutualOrigin(),
              requiredForResources: [resource],
            }),
          ],
        },
        handlers(provider) {
          const clientCertificate = ({ incoming }: { readonly incoming?: unknown }) =>
            peer(tls.socketOf(incoming as Request))
          const api = createProtectedResource({
            resource,
            authorizationServer: provider,
            scopes: ['notes:read'],
            senderConstraints: [certificates({ clientCertificate, required: true })],
          })
          const notes = api.withAuth((_, auth) => Response.json({ notesOf: auth.subject }))
          return [(request) => (new URL(request.url).pathname === '/notes' ? notes(request) : undefined)]
        },
      }
    },
    tls.listen,
  )
  return { ...running, resource: resourceOf() }
}

const scope = 'openid email offline_access notes:read'
const bound: ClientInput = {
  ...metadata,
  scope,
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  token_endpoint_auth_method: 'tls_client_auth',
  tls_client_auth_subject_dn: 'CN=reports,O=Example,C=DE',
  tls_client_certificate_bound_access_tokens: true,
}

describe.each(storageNames)('mutual TLS over real connections and independent client libraries (%s)', (name) => {
  const served = serve(name, start)

  test('oauth4webapi, unmodified, authenticates by its certificate at the aliases, and only it can use the token (M03, M14, M16)', {
    timeout,
  }, async () => {
    const { provider, as, resource } = served()
    const { client_id } = await provider.registerClient(bound)
    const client: oauth.Client = { client_id, use_mtls_endpoint_aliases: true }
    const askFor = async (certificate?: TestCertificate) => {
      const more = { scope: 'notes:read', resource }
      const options = by(certificate)
      const response = await oauth.clientCredentialsGrantRequest(as, client, oauth.TlsClientAuth(), more, options)
      return oauth.processClientCredentialsResponse(as, client, response)
    }
    const { access_token, token_type } = await askFor(ofReports)
    expect(token_type).toBe('bearer')
    for (const wrong of [undefined, ofOther, forged, selfSigned]) {
      await expect(askFor(wrong)).rejects.toMatchObject({ error: 'invalid_client', status: 401 })
    }

    const api = new URL(resource)
    const read = (certificate?: TestCertificate) =>
      oauth.protectedResourceRequest(access_token, 'GET', api, undefined, undefined, by(certificate))
    expect(await (await read(ofReports)).json()).toEqual({ notesOf: client_id })
    for (const wrong of [undefined, ofOther, forged]) {
      const { status } = await fetchWith(wrong)(api.href, { headers: { authorization: `Bearer ${access_token}` } })
      expect(status).toBe(401)
    }
  })

  test('openid-client, unmodified, runs the code flow, userinfo and a refresh; another certificate is refused (M11, M14, M18)', {
    timeout,
  }, async () => {
    const { client_id } = await served().provider.registerClient(bound)
    const config = await configureWith(served(), client_id, ofReports)
    const { parameters, checks } = await makeRequest({ scope })
    const callback = await callbackOf(openid.buildAuthorizationUrl(config, parameters), fetchWith())
    const thief = await configureWith(served(), client_id, ofOther)
    await expect(openid.authorizationCodeGrant(thief, callback, checks)).rejects.toMatchObject({
      error: 'invalid_client',
    })
    const tokens = await openid.authorizationCodeGrant(config, callback, checks)
    const subject = String(tokens.claims()?.sub)
    expect(await openid.fetchUserInfo(config, tokens.access_token, subject)).toMatchObject({ email: user.email })
    await expect(openid.fetchUserInfo(thief, tokens.access_token, subject)).rejects.toMatchObject({ status: 401 })
    const { cnf } = await openid.tokenIntrospection(config, tokens.access_token)
    expect(cnf).toEqual({ 'x5t#S256': ofReports.thumbprint })
    const fresh = await openid.refreshTokenGrant(config, String(tokens.refresh_token))
    expect(await openid.fetchUserInfo(config, fresh.access_token, subject)).toMatchObject({ email: user.email })
    await openid.tokenRevocation(config, fresh.access_token)
    await expect(openid.fetchUserInfo(config, fresh.access_token, subject)).rejects.toMatchObject({ status: 401 })
  })

  test('openid-client, unmodified, uses a self-signed certificate that it has registered (M07)', {
    timeout,
  }, async () => {
    const { provider } = served()
    const { client_id } = await provider.registerClient({
      ...bound,
      token_endpoint_auth_method: 'self_signed_tls_client_auth',
      tls_client_auth_subject_dn: undefined,
      jwks: { keys: [{ ...selfSigned.jwk }] },
    })
    const own = await configureWith(served(), client_id, selfSigned)
    const { access_token } = await openid.clientCredentialsGrant(own, { scope: 'notes:read' })
    expect((await provider.verifyAccessToken(access_token))?.extra?.cnf).toEqual({
      'x5t#S256': selfSigned.thumbprint,
    })
    const other = await configureWith(served(), client_id, ofReports)
    const wrong = openid.clientCredentialsGrant(other, { scope: 'notes:read' })
    await expect(wrong).rejects.toMatchObject({ error: 'invalid_client' })
  })
})
