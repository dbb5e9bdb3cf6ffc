import { once } from 'node:events'
import { createServer, type RequestOptions, request as send } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createProvider } from '@oauth/core'
import { mutualTls, socketCertificate } from '@oauth/core/features/mutual-tls'
import { memoryStorage } from '@oauth/core/memory'
import { mutualTls as certificates, socketCertificate as peer } from '@oauth/resource-server'
import { afterEach, describe, expect, test } from 'vitest'
import { makeCertificate, type TestCertificate } from '../../core/test/support/certificates.ts'
import { type ExpressRequest, expressRequest, oauth } from '../src/index.ts'
import { authOf, protectedResource } from '../src/resource-server.ts'
import { majors } from './support.ts'

const authority = makeCertificate('Authority of the tests', { isAuthority: true })
const ofServer = makeCertificate('server', { issuer: authority, alternativeNames: [{ iPAddress: '127.0.0.1' }] })
const ofReports = makeCertificate('reports', { issuer: authority })
const ofOther = makeCertificate('other', { issuer: authority })
const resource = 'https://api.example.com/notes'

let stop: (() => Promise<unknown>) | undefined
afterEach(async () => stop?.())

describe.each(majors)('%s on a TLS server', (_, create) => {
  test('expressRequest and incoming lead to the certificate of the connection, for the provider and for an API', async () => {
    const provider = createProvider({
      baseUrl: 'https://id.example.com',
      secret: 'a-secret-for-tests-with-enough-characters',
      storage: memoryStorage(),
      authentication: { getSession: () => undefined, getUser: () => undefined },
      loginUrl: '/login',
      consentUrl: '/consent',
      scopes: ['notes:read'],
      validAudiences: [resource],
      features: [mutualTls({ clientCertificate: (request) => socketCertificate(expressRequest(request)?.socket) })],
    })
    const { client_id } = await provider.registerClient({
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_subject_dn: 'CN=reports,O=Example,C=DE',
      tls_client_certificate_bound_access_tokens: true,
      grant_types: ['client_credentials'],
      scope: 'notes:read',
    })
    const api = protectedResource({
      resource,
      authorizationServer: provider,
      senderConstraints: [
        certificates({
          clientCertificate: ({ incoming }) => peer((incoming as ExpressRequest).socket),
          required: true,
        }),
      ],
    })
    const app = create()
      .use(oauth(provider))
      .get('/notes', api.protect(), (req, res) => void res.json({ notesOf: authOf(req).subject }))
    const server = createServer(
      {
        cert: ofServer.pem,
        key: ofServer.privateKeyPem,
        ca: authority.pem,
        requestCert: true,
        rejectUnauthorized: false,
      },
      app as never,
    )
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    stop = async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
    const call = async (certificate: TestCertificate | undefined, options: RequestOptions, body?: string) => {
      const own = certificate && { cert: certificate.pem, key: certificate.privateKeyPem }
      const outgoing = send({ host: '127.0.0.1', port, ca: authority.pem, agent: false, ...own, ...options }).end(body)
      const [incoming] = await once(outgoing, 'response')
      return { status: incoming.statusCode, body: JSON.parse(await text(incoming)) }
    }
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, resource }).toString()
    const post = {
      method: 'POST',
      path: '/auth/oauth2/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }
    for (const wrong of [undefined, ofOther]) expect((await call(wrong, post, form)).status).toBe(401)
    const { status, body } = await call(ofReports, post, form)
    expect(status).toBe(200)
    const get = { path: '/notes', headers: { authorization: `Bearer ${body.access_token}` } }
    for (const wrong of [undefined, ofOther]) expect((await call(wrong, get)).status).toBe(401)
    expect(await call(ofReports, get)).toEqual({ status: 200, body: { notesOf: client_id } })
  })
})
