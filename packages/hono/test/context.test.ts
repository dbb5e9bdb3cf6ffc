import { createProvider } from '@oauth/core'
import { mutualTls, socketCertificate } from '@oauth/core/features/mutual-tls'
import { memoryStorage } from '@oauth/core/memory'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { makeCertificate } from '../../core/test/support/certificates.ts'
import { honoContext, oauth } from '../src/index.ts'

const certificate = makeCertificate('reports')
/** What `@hono/node-server` passes as the environment of a request over TLS. */
const environment = (raw?: Uint8Array) => ({
  incoming: { socket: { authorized: true, getPeerCertificate: () => ({ raw }) } },
})

async function setUp() {
  const provider = createProvider({
    baseUrl: 'https://id.example.com',
    secret: 'a-secret-for-tests-with-enough-characters',
    storage: memoryStorage(),
    authentication: { getSession: () => undefined, getUser: () => undefined },
    loginUrl: '/login',
    consentUrl: '/consent',
    scopes: ['notes:read'],
    features: [
      mutualTls({ clientCertificate: (request) => socketCertificate(honoContext(request)?.env.incoming.socket) }),
    ],
  })
  const { client_id } = await provider.registerClient({
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_subject_dn: 'CN=reports,O=Example,C=DE',
    grant_types: ['client_credentials'],
    scope: 'notes:read',
  })
  const form = () => ({ method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id }) })
  return { provider, form }
}

describe('the connection of a request', () => {
  test('honoContext leads from the request of the provider to its TLS connection', async () => {
    const { provider, form } = await setUp()
    const app = new Hono().use(oauth(provider))
    const statusOver = async (raw?: Uint8Array) =>
      (await app.request(`${provider.issuer}/oauth2/token`, form(), environment(raw))).status
    expect(await statusOver(certificate.der)).toBe(200)
    expect(await statusOver()).toBe(401)
  })

  test('honoContext finds the connection also when an earlier handler has read the body', async () => {
    const { provider, form } = await setUp()
    const app = new Hono()
      .use(async (c, next) => {
        await c.req.parseBody()
        await next()
      })
      .use(oauth(provider))
    const response = await app.request(`${provider.issuer}/oauth2/token`, form(), environment(certificate.der))
    expect(response.status).toBe(200)
  })

  test('a request that came through no adapter has no context', () => {
    expect(honoContext(new Request('https://id.example.com'))).toBeUndefined()
    expect(honoContext(undefined)).toBeUndefined()
  })
})
