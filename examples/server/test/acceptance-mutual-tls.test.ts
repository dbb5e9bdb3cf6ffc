import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { type ClientInput, createProvider, type OAuthEvent, type Storage } from '@oauth/core'
import { mutualTls, socketCertificate } from '@oauth/core/features/mutual-tls'
import { memoryStorage } from '@oauth/core/memory'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { mutualTls as certificates, createProtectedResource, socketCertificate as peer } from '@oauth/resource-server'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { Agent, fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificate, type TestCertificate } from '../../../packages/core/test/support/certificates.ts'

const redirectUri = 'https://rp.example/callback'
const timeout = 60_000
const user = { id: 'ada', email: 'ada@example.com', emailVerified: true }

const authority = makeCertificate('Authority of the tests', { isAuthority: true })
const foreignAuthority = makeCertificate('Authority of the tests', { isAuthority: true })
const ofServer = makeCertificate('server', { issuer: authority, alternativeNames: [{ iPAddress: '127.0.0.1' }] })
const ofReports = makeCertificate('reports', { issuer: authority })
const ofOther = makeCertificate('other', { issuer: authority })
const forged = makeCertificate('reports', { issuer: foreignAuthority })
const selfSigned = makeCertificate('self')

/** What a client library gets as its `fetch`: connections with this certificate, or with none. */
function fetchWith(certificate?: TestCertificate) {
  const connect = { ca: authority.pem, ...(certificate && { cert: certificate.pem, key: certificate.privateKeyPem }) }
  const dispatcher = new Agent({ connect })
  return (url: string, options: object): Promise<Response> =>
    undiciFetch(url, { ...options, dispatcher }) as unknown as Promise<Response>
}

/** Starts a TLS server. With `requestCert` it asks for a certificate, and `authorized` says whether the chain is good. */
async function listen(requestCert: boolean, handle: (request: Request, env: HttpBindings) => Promise<Response>) {
  const options = { requestCert, rejectUnauthorized: false, ca: authority.pem, minVersion: 'TLSv1.2' } as const
  const keys = { cert: ofServer.pem, key: ofServer.privateKeyPem }
  const server = createServer({ ...options, ...keys }, getRequestListener(handle as never))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** Starts a provider on an origin that never asks for certificates, and its aliases and an API on one that does. */
async function start(storage: Storage) {
  const events: OAuthEvent[] = []
  const sockets = new WeakMap<Request, object>()
  let serve = async (_: Request): Promise<Response> => new Response('not started', { status: 503 })
  const handle = (request: Request, { incoming }: HttpBindings): Promise<Response> => {
    sockets.set(request, incoming.socket)
    return serve(request)
  }
  const [plain, mutual] = [await listen(false, handle), await listen(true, handle)]
  const resource = `${mutual.origin}/notes`
  const provider = createProvider({
    baseUrl: plain.origin,
    secret: 'a-secret-for-tests-with-enough-characters',
    storage,
    authentication: {
      getSession: () => ({ user, session: { id: 's', authTime: Math.floor(Date.now() / 1000) } }),
      getUser: () => user,
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    scopes: ['notes:read'],
    validAudiences: [resource],
    features: [
      mutualTls({
        clientCertificate: (request) => socketCertificate(sockets.get(request)),
        endpointAliases: mutual.origin,
        requiredForResources: [resource],
      }),
    ],
    onEvent: (event) => events.push(event),
  })
  const api = createProtectedResource({
    resource,
    authorizationServer: provider,
    scopes: ['notes:read'],
    senderConstraints: [
      certificates({ clientCertificate: ({ incoming }) => peer(sockets.get(incoming as Request)), required: true }),
    ],
  })
  const notes = api.withAuth((_, auth) => Response.json({ notesOf: auth.subject }))
  serve = async (request) => (new URL(request.url).pathname === '/notes' ? notes(request) : provider.fetch(request))
  const stop = async (): Promise<void> => {
    for (const { server } of [plain, mutual]) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
  return { provider, resource, events, stop }
}

const metadata: ClientInput = {
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  scope: 'openid email offline_access notes:read',
  skip_consent: true,
  token_endpoint_auth_method: 'tls_client_auth',
  tls_client_auth_subject_dn: 'CN=reports,O=Example,C=DE',
  tls_client_certificate_bound_access_tokens: true,
}

describe.each([
  ['memory', () => memoryStorage()],
  ['SQLite', () => sqliteStorage(':memory:')],
])('mutual TLS over real connections and independent client libraries (%s)', (_, storage) => {
  let running: Awaited<ReturnType<typeof start>>

  beforeAll(async () => {
    running = await start(storage())
  }, timeout)

  afterAll(async () => {
    await running?.stop()
    expect(running?.events.filter(({ type }) => type === 'request.failed')).toEqual([])
  })

  /** Follows the authorization request to the callback, as a browser whose user is signed in. */
  async function callbackOf(url: URL): Promise<URL> {
    const response = await fetchWith()(url.href, { redirect: 'manual' })
    return new URL(String(response.headers.get('location')))
  }

  const discover = async (options: { [oauth.customFetch]: ReturnType<typeof fetchWith> }) => {
    const issuer = new URL(running.provider.issuer)
    const http = { [oauth.customFetch]: options[oauth.customFetch] as never }
    return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http))
  }

  test('oauth4webapi, unmodified, authenticates by its certificate at the aliases, and only it can use the token (M03, M14, M16)', {
    timeout,
  }, async () => {
    const registered = await running.provider.registerClient(metadata)
    const client: oauth.Client = { client_id: registered.client_id, use_mtls_endpoint_aliases: true }
    const by = (certificate?: TestCertificate) => ({ [oauth.customFetch]: fetchWith(certificate) as never })
    const as = await discover(by() as never)
    const askFor = async (certificate?: TestCertificate) => {
      const more = { scope: 'notes:read', resource: running.resource }
      const options = by(certificate)
      const response = await oauth.clientCredentialsGrantRequest(as, client, oauth.TlsClientAuth(), more, options)
      return oauth.processClientCredentialsResponse(as, client, response)
    }
    const { access_token, token_type } = await askFor(ofReports)
    expect(token_type).toBe('bearer')
    for (const wrong of [undefined, ofOther, forged, selfSigned]) {
      await expect(askFor(wrong)).rejects.toMatchObject({ error: 'invalid_client', status: 401 })
    }

    const api = new URL(running.resource)
    const read = (certificate?: TestCertificate) =>
      oauth.protectedResourceRequest(access_token, 'GET', api, undefined, undefined, by(certificate))
    expect(await (await read(ofReports)).json()).toEqual({ notesOf: registered.client_id })
    for (const wrong of [undefined, ofOther, forged]) {
      const { status } = await fetchWith(wrong)(api.href, { headers: { authorization: `Bearer ${access_token}` } })
      expect(status).toBe(401)
    }
  })

  test('openid-client, unmodified, runs the code flow, userinfo and a refresh; another certificate is refused (M11, M14, M18)', {
    timeout,
  }, async () => {
    const registered = await running.provider.registerClient(metadata)
    const configure = (certificate: TestCertificate) =>
      openid.discovery(
        new URL(running.provider.issuer),
        registered.client_id,
        { use_mtls_endpoint_aliases: true },
        openid.TlsClientAuth(),
        { [openid.customFetch]: fetchWith(certificate) as never },
      )
    const config = await configure(ofReports)
    const verifier = openid.randomPKCECodeVerifier()
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid email offline_access notes:read',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    const callback = await callbackOf(url)
    const checks = { pkceCodeVerifier: verifier, idTokenExpected: true }
    const thief = await configure(ofOther)
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
    const registered = await running.provider.registerClient({
      ...metadata,
      token_endpoint_auth_method: 'self_signed_tls_client_auth',
      tls_client_auth_subject_dn: undefined,
      jwks: { keys: [{ ...selfSigned.jwk }] },
    })
    const configure = (certificate: TestCertificate) =>
      openid.discovery(
        new URL(running.provider.issuer),
        registered.client_id,
        { use_mtls_endpoint_aliases: true },
        openid.TlsClientAuth(),
        { [openid.customFetch]: fetchWith(certificate) as never },
      )
    const { access_token } = await openid.clientCredentialsGrant(await configure(selfSigned), { scope: 'notes:read' })
    expect((await running.provider.verifyAccessToken(access_token))?.extra?.cnf).toEqual({
      'x5t#S256': selfSigned.thumbprint,
    })
    const wrong = openid.clientCredentialsGrant(await configure(ofReports), { scope: 'notes:read' })
    await expect(wrong).rejects.toMatchObject({ error: 'invalid_client' })
  })
})
