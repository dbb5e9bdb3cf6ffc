import { createHash } from 'node:crypto'
import {
  type ClientCertificate,
  certificateFromHeader,
  createProtectedResource,
  dpop,
  type MutualTlsOptions,
  mutualTls,
  protect,
  type RequestHead,
  socketCertificate,
} from '@oauth/resource-server'
import { describe, expect, it } from 'vitest'
import { makeCertificate } from '../../core/test/support/certificates.ts'
import { createFakeServer, fakeIssuer, now } from './support/fake-server.ts'
import { api } from './support/setup.ts'

const url = `${api}/notes`
const certificate = makeCertificate('ada')
const other = makeCertificate('ada')
const cnf = { 'x5t#S256': certificate.thumbprint }

/** The TLS layer of these tests. */
const presented = ({ headers }: RequestHead): ClientCertificate | undefined => {
  const value = headers.get('x-test-certificate')
  return value === null ? undefined : { certificate: new Uint8Array(Buffer.from(value, 'base64')) }
}
const over = (der: Uint8Array) => ({ 'x-test-certificate': Buffer.from(der).toString('base64') })

async function setUp(options: Partial<MutualTlsOptions> = {}) {
  const server = await createFakeServer()
  const senderConstraints = [mutualTls({ clientCertificate: presented, ...options }), dpop()]
  const verifier = server.verifierWith({ senderConstraints })
  const handler = protect({ verifier })((_, token) => Response.json({ cnf: token.cnf }))
  const call = async (token: string, headers: Record<string, string> = {}, scheme = 'Bearer') => {
    const response = await handler(new Request(url, { headers: { authorization: `${scheme} ${token}`, ...headers } }))
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate') ?? '',
      body: await response.json(),
    }
  }
  return { ...server, verifier, call }
}

describe('a resource with mutual TLS', () => {
  it('a bound token works over a connection with its certificate (M14)', async () => {
    const { call, sign } = await setUp()
    expect(await call(await sign({ cnf }), over(certificate.der))).toMatchObject({ status: 200, body: { cnf } })
  })

  it('without the certificate, or with another of the same name, it is invalid_token and 401 (M14)', async () => {
    const { call, sign } = await setUp()
    const token = await sign({ cnf })
    for (const headers of [{}, over(other.der), over(new Uint8Array(0)), over(new Uint8Array(17_000))]) {
      const { status, challenge, body } = await call(token, headers)
      expect([status, body.error]).toEqual([401, 'invalid_token'])
      expect(challenge).toContain('Bearer error="invalid_token"')
    }
  })

  it('a token that is not bound works as a bearer token, unless the resource requires bound ones (M14)', async () => {
    const { call, sign } = await setUp()
    expect((await call(await sign())).status).toBe(200)
    const strict = await setUp({ required: true })
    expect(await strict.call(await strict.sign(), over(certificate.der))).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    })
    expect((await strict.call(await strict.sign({ cnf }), over(certificate.der))).status).toBe(200)
  })

  it('a token that another server bound to two keys needs both (M15)', async () => {
    const { call, sign } = await setUp()
    const token = await sign({ cnf: { ...cnf, jkt: 'x'.repeat(43) } })
    expect((await call(token, over(certificate.der))).status).toBe(401)
    expect((await call(token, over(certificate.der), 'DPoP')).status).toBe(401)
  })

  it('a resource without the constraint, or a token without its request, is refused (M14)', async () => {
    const { verifierWith, verifier, sign } = await setUp()
    const token = await sign({ cnf })
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'invalid_token' })
    const request = new Request(url, { headers: { authorization: `Bearer ${token}`, ...over(certificate.der) } })
    await expect(verifierWith({}).verify(request)).rejects.toMatchObject({ code: 'invalid_token' })
  })

  it('the metadata document says tls_client_certificate_bound_access_tokens (M10)', async () => {
    const resource = createProtectedResource({
      resource: api,
      authorizationServer: 'https://id.example.com/auth',
      senderConstraints: [mutualTls({ clientCertificate: presented })],
    })
    expect(await (await resource.metadata({ method: 'GET' })).json()).toMatchObject({
      tls_client_certificate_bound_access_tokens: true,
    })
  })

  it('the function of the host gets the request of the framework, whose socket has the certificate (M14)', async () => {
    const server = await createFakeServer()
    const incoming = { socket: { getPeerCertificate: () => ({ raw: certificate.der }) } }
    const resource = createProtectedResource({
      resource: api,
      authorizationServer: { issuer: fakeIssuer, fetch: server.network.fetch, clock: { now: () => now } },
      senderConstraints: [
        mutualTls({ clientCertificate: (head) => socketCertificate((head.incoming as typeof incoming).socket) }),
      ],
    })
    const authorization = `Bearer ${await server.sign({ cnf })}`
    const read = () => ({ method: 'GET', headers: new Headers({ authorization }) })
    const head = resource.head(incoming, '/notes', read) as RequestHead
    expect((await resource.guard()(head, () => new Response('admitted'))).status).toBe(200)
  })
})

describe('where a resource gets the certificate', () => {
  const forms = {
    'escaped-pem': encodeURIComponent(certificate.pem),
    rfc9440: `:${Buffer.from(certificate.der).toString('base64')}:`,
    base64: Buffer.from(certificate.der).toString('base64'),
  }

  it.each(Object.entries(forms))(
    'certificateFromHeader reads the form %s, once, from the named header (M09)',
    async (format, value) => {
      const clientCertificate = certificateFromHeader({ name: 'X-Client-Cert', format: format as 'base64' })
      const { call, sign } = await setUp({ clientCertificate })
      const token = await sign({ cnf })
      expect((await call(token, { 'x-client-cert': value })).status).toBe(200)
      for (const wrong of ['', `${value}, ${value}`, '%E0%A4%A', 'CN=ada', `x${value}`]) {
        expect((await call(token, { 'x-client-cert': wrong })).status).toBe(401)
      }
      expect((await call(token, { 'client-cert': forms.rfc9440 })).status).toBe(401)
    },
  )

  it('socketCertificate finds nothing in a socket without TLS, or without a certificate', () => {
    for (const socket of [undefined, {}, { getPeerCertificate: () => ({}) }, { getPeerCertificate: () => null }]) {
      expect(socketCertificate(socket)).toBeUndefined()
    }
  })

  it('an answer of the host without a certificate is its mistake, and no token works (M14)', async () => {
    const { call, sign } = await setUp({ clientCertificate: () => ({}) as never })
    expect((await call(await sign({ cnf }))).status).toBe(503)
  })

  it.each<[() => unknown, string]>([
    [() => mutualTls({} as never), 'mutualTls: clientCertificate must be a function'],
    [() => mutualTls({ clientCertificate: presented, required: 'yes' as never }), 'mutualTls: required'],
    [() => mutualTls({ clientCertificate: presented, header: 'x' } as never), 'there is no option header'],
    [() => certificateFromHeader({ name: 'a b', format: 'base64' }), 'certificateFromHeader: name'],
    [() => certificateFromHeader({ name: 'a', format: 'pem' as never }), 'certificateFromHeader: format'],
  ])('a wrong option is a TypeError that says what to change', (make, problem) => {
    expect(make).toThrow(problem)
  })

  it('the thumbprint is the SHA-256 of the DER in base64url, without padding (M11)', () => {
    expect(createHash('sha256').update(certificate.der).digest('base64url')).toBe(cnf['x5t#S256'])
  })
})
