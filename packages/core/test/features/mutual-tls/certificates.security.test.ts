import { certificateFromHeader, mutualTls, socketCertificate } from '@oauth/core/features/mutual-tls'
import { describe, expect, test } from 'vitest'
import { commonName, type TestCertificate } from '../../support/certificates.ts'
import { lastReason } from '../../support/client-keys.ts'
import { expectJsonError } from '../../support/expectations.ts'
import {
  certificateIn,
  machine,
  mutualTlsWorld,
  over,
  postOver,
  registerTls,
  subjectOf,
} from '../../support/mutual-tls.ts'
import { createQuickWorld } from '../../support/tokens.ts'

describe('a certificate that cannot be read', () => {
  const cases: readonly (readonly [string, (certificate: TestCertificate) => Uint8Array | string, string])[] = [
    ['an empty text', () => '', 'is neither one PEM block'],
    ['other text', () => 'CN=ada', 'is neither one PEM block'],
    ['PEM with two blocks', ({ pem }) => pem + pem, 'is neither one PEM block'],
    ['PEM with text before it', ({ pem }) => `subject=CN=eve\n${pem}`, 'is neither one PEM block'],
    ['PEM of another label', ({ pem }) => pem.replaceAll('CERTIFICATE', 'PUBLIC KEY'), 'is neither one PEM block'],
    ['PEM with a NUL', ({ pem }) => pem.replace('\n', '\n\0'), 'is neither one PEM block'],
    ['two byte sequences', ({ der }) => `${sequence(der)}, ${sequence(der)}`, 'is neither one PEM block'],
    ['broken base64', () => ':A:', 'is not in base64'],
    ['a huge text', () => 'A'.repeat(40_000), 'is longer than 32768 characters'],
    ['a huge structure', () => new Uint8Array(17_000), 'is longer than 16384 bytes'],
    ['no bytes', () => new Uint8Array(0), 'is not one DER structure'],
    ['bytes that are missing', ({ der }) => der.subarray(0, -1), 'is not one DER structure'],
    ['a second certificate after the first', ({ der }) => Buffer.concat([der, der]), 'is not one DER structure'],
    ['an indefinite length', () => new Uint8Array([0x30, 0x80, 0, 0]), 'is not one DER structure'],
    ['structures in structures', () => nested(15_000), 'is no X.509 certificate'],
    ['an empty structure', () => new Uint8Array([0x30, 0]), 'is no X.509 certificate'],
    [
      'random content',
      () => new Uint8Array([0x30, 0x81, 200, ...Array.from({ length: 200 }, (_, n) => (n * 37) & 255)]),
      'is no X.509 certificate',
    ],
  ]
  /** SEQUENCEs in each other, as many as there are bytes for. */
  const nested = (length: number): Uint8Array => {
    let der = Buffer.from([0x30, 0])
    while (der.length < length) {
      const { length: inner } = der
      const long = inner < 256 ? [0x81, inner] : [0x82, inner >> 8, inner & 255]
      der = Buffer.concat([Buffer.from([0x30, ...(inner < 128 ? [inner] : long)]), der])
    }
    return der
  }
  const sequence = (der: Uint8Array): string => `:${Buffer.from(der).toString('base64')}:`

  test.each(cases)('%s authenticates nobody, and the client learns nothing of it (M09)', async (_, make, reason) => {
    let given: Uint8Array | string = ''
    const world = mutualTlsWorld({ clientCertificate: () => ({ certificate: given, chainVerified: true }) })
    const client = await registerTls(world, 'ada')
    const certificate = certificateIn(world, 'ada')
    given = certificate.pem
    expect((await postOver(world, client, {})).status).toBe(200)
    given = make(certificate)
    const answer = await postOver(world, client, {})
    expectJsonError(answer, 401, 'invalid_client')
    expect(answer.body.error_description).toBe('client authentication failed')
    expect(lastReason(world)).toContain(`the certificate ${reason}`)
  })

  test('a truncated or changed certificate never fails the server, whatever byte is changed (M09)', async () => {
    let given = new Uint8Array()
    const world = mutualTlsWorld({ clientCertificate: () => ({ certificate: given, chainVerified: true }) })
    const client = await registerTls(world, 'ada')
    const { der } = certificateIn(world, 'ada', { alternativeNames: [{ iPAddress: '192.0.2.1' }] })
    for (let place = 0; place < der.length; place += 3) {
      given = Uint8Array.from(der, (byte, index) => (index === place ? byte ^ 0x1f : byte))
      expect([200, 401]).toContain((await postOver(world, client, {})).status)
    }
    expect(world.events.filter(({ type }) => type === 'request.failed')).toEqual([])
  })

  test('a token request with a certificate that cannot be read is invalid_request for a client with bound tokens (M09, M12)', async () => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada', {
      token_endpoint_auth_method: 'client_secret_basic',
      tls_client_auth_subject_dn: undefined,
      tls_client_certificate_bound_access_tokens: true,
    })
    expectJsonError(await postOver(world, client, over(new Uint8Array([48, 1]))), 400, 'invalid_request')
  })
})

describe('a name that pretends to be another', () => {
  const o = '2.5.4.10'
  test.each([
    ['a NUL in the common name', [[[commonName, 'ada\0.evil.example']]]],
    ['a NUL at the end', [[[commonName, 'ada\0']]]],
    ['a zero-width space', [[[commonName, 'a\u200bda']]]],
    ['a text direction', [[[commonName, '\u202eada']]]],
    ['a second common name', [[[commonName, 'ada']], [[commonName, 'eve']]]],
    ['the whole name as one value', [[[commonName, 'ada,CN=eve']]]],
    ['an escaped name', [[[commonName, 'ada\\']], [[o, 'x']]]],
    ['a value that is no text', [[[commonName, { anyValue: new Uint8Array([3, 2, 0, 97]).buffer }]]]],
  ] as const)('%s is not the registered name (M05, M09)', async (_, subject) => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada', { tls_client_auth_subject_dn: 'CN=ada' })
    expectJsonError(
      await postOver(world, client, over(certificateIn(world, 'ada', { subject }))),
      401,
      'invalid_client',
    )
  })

  test.each([
    ['DNS name', { tls_client_auth_san_dns: 'ada.example.com' }, { dNSName: 'ada.example.com\0.evil.example' }],
    [
      'URI',
      { tls_client_auth_san_uri: 'https://ada.example.com' },
      { uniformResourceIdentifier: 'https://ada.example.com\0x' },
    ],
    [
      'email address',
      { tls_client_auth_san_email: 'ada@example.com' },
      { rfc822Name: 'ada@example.com\0.evil.example' },
    ],
  ])('a NUL in the %s makes it another name (M05, M09)', async (_, input, name) => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada', { tls_client_auth_subject_dn: undefined, ...input })
    const certificate = certificateIn(world, 'ada', { alternativeNames: [name] })
    expectJsonError(await postOver(world, client, over(certificate)), 401, 'invalid_client')
  })

  test('a certificate with the registered name from an authority that the TLS layer does not trust is refused (M06)', async () => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada')
    const [trusted, foreign] = ['ours', 'theirs'].map((name) => certificateIn(world, name, { isAuthority: true }))
    const issuedBy = (issuer: TestCertificate | undefined) => certificateIn(world, 'ada', { ...(issuer && { issuer }) })
    expect((await postOver(world, client, over(issuedBy(trusted), true))).status).toBe(200)
    expectJsonError(await postOver(world, client, over(issuedBy(foreign), false)), 401, 'invalid_client')
  })
})

describe('where the certificate comes from', () => {
  test('no header is read by default: a forged one authenticates nobody and binds nothing (M03)', async () => {
    const world = mutualTlsWorld({ clientCertificate: () => undefined })
    const client = await registerTls(world, 'ada')
    const { pem, der } = certificateIn(world, 'ada')
    const forged = {
      'client-cert': `:${Buffer.from(der).toString('base64')}:`,
      'x-client-cert': encodeURIComponent(pem),
      'x-ssl-cert': encodeURIComponent(pem),
      'x-forwarded-client-cert': `Cert="${encodeURIComponent(pem)}"`,
      'x-client-verify': 'SUCCESS',
    }
    expectJsonError(await postOver(world, client, forged), 401, 'invalid_client')
  })

  test.each([
    ['an object of Node without a certificate', {}],
    ['no chainVerified', { certificate: ':AA==:' }],
    ['a text as chainVerified', { certificate: ':AA==:', chainVerified: 'false' }],
    ['a list', { certificate: [1, 2], chainVerified: true }],
    ['a text', 'certificate'],
  ])('an answer of the host with %s is a fault of the server, and no certificate (M06)', async (_, answer) => {
    const world = mutualTlsWorld({ clientCertificate: (() => answer) as never })
    const client = await registerTls(world, 'ada')
    expectJsonError(await postOver(world, client, {}), 500, 'server_error')
    const failed = world.events.find(({ type }) => type === 'request.failed')
    expect(String(failed?.type === 'request.failed' && failed.cause)).toContain(
      'mutualTls: clientCertificate must answer',
    )
  })

  test('a function of the host that throws is a fault of the server, and consumes nothing', async () => {
    const world = mutualTlsWorld({
      clientCertificate: () => {
        throw new Error('the socket is gone')
      },
    })
    expectJsonError(await postOver(world, await registerTls(world, 'ada'), {}), 500, 'server_error')
  })

  const escaped = {
    name: 'X-Client-Cert',
    format: 'escaped-pem',
    chainVerified: { header: 'X-Client-Verify', value: 'SUCCESS' },
  } as const

  test.each([
    ['escaped-pem', ({ pem }: TestCertificate) => encodeURIComponent(pem)],
    ['rfc9440', ({ der }: TestCertificate) => `:${Buffer.from(der).toString('base64')}:`],
    ['base64', ({ der }: TestCertificate) => Buffer.from(der).toString('base64')],
  ] as const)(
    'certificateFromHeader reads the form %s from the header that the host names (M09)',
    async (format, encode) => {
      const clientCertificate = certificateFromHeader({ ...escaped, format })
      const world = createQuickWorld({ features: [mutualTls({ clientCertificate })] })
      const client = await registerTls(world, 'ada')
      const value = encode(certificateIn(world, 'ada'))
      const statusOf = async (headers: Record<string, string>) => (await postOver(world, client, headers)).status
      expect(await statusOf({ 'x-client-cert': value, 'x-client-verify': 'SUCCESS' })).toBe(200)
      for (const verify of [
        'FAILED:unable to get local issuer certificate',
        'NONE',
        'SUCCESS, SUCCESS',
        'success',
        '',
      ]) {
        expect(await statusOf({ 'x-client-cert': value, 'x-client-verify': verify })).toBe(401)
      }
      expect(await statusOf({ 'x-client-cert': value })).toBe(401)
      expect(await statusOf({ 'x-client-cert': '', 'x-client-verify': 'NONE' })).toBe(401)
      const doubled = { 'x-client-cert': `${value}, ${value}`, 'x-client-verify': 'SUCCESS' }
      expect(await statusOf(doubled)).toBe(401)
      expect(await statusOf({ 'x-client-cert': '%E0%A4%A', 'x-client-verify': 'SUCCESS' })).toBe(401)
    },
  )

  test.each<[object, string]>([
    [{ format: 'rfc9440', chainVerified: true }, 'certificateFromHeader: name'],
    [{ name: 'Client-Cert', chainVerified: true }, 'certificateFromHeader: format'],
    [{ name: 'Client-Cert', format: 'pem', chainVerified: true }, 'certificateFromHeader: format must be'],
    [{ name: 'Client-Cert', format: 'rfc9440' }, 'certificateFromHeader: chainVerified'],
    [{ name: 'Client Cert', format: 'rfc9440', chainVerified: true }, 'certificateFromHeader: name must be the name'],
    [{ ...escaped, chainVerified: { header: 'X-Verify', value: '' } }, 'certificateFromHeader: chainVerified'],
  ])('certificateFromHeader refuses the options %o', (options, problem) => {
    expect(() => certificateFromHeader(options as never)).toThrow(problem)
  })

  test('socketCertificate reads the certificate of a TLS socket, and nothing from other objects (M09)', () => {
    const raw = new Uint8Array([48, 0])
    const socket = (authorized: unknown, certificate: object | null) => ({
      authorized,
      getPeerCertificate: () => certificate,
    })
    expect(socketCertificate(socket(true, { raw }))).toEqual({ certificate: raw, chainVerified: true })
    expect(socketCertificate(socket(false, { raw }))).toEqual({ certificate: raw, chainVerified: false })
    expect(socketCertificate(socket('yes', { raw }))?.chainVerified).toBe(false)
    for (const other of [undefined, {}, socket(true, {}), socket(true, null)]) {
      expect(socketCertificate(other)).toBeUndefined()
    }
  })
})

test('credentials in the form beside a certificate are those of another method, and are refused (M03)', async () => {
  const world = mutualTlsWorld()
  const client = await registerTls(world, 'ada')
  const connection = over(certificateIn(world, 'ada'))
  const basic = { ...connection, authorization: `Basic ${btoa(`${client.client_id}:secret`)}` }
  expectJsonError(await postOver(world, client, basic), 401, 'invalid_client')
  const assertion = { ...machine, client_assertion: 'x', client_assertion_type: 'y' }
  expect([400, 401]).toContain((await postOver(world, client, connection, assertion)).status)
  expect(subjectOf('ada')).toBe(client.tls_client_auth_subject_dn)
})

test('wrong certificates count as wrong credentials: beyond the limit none is looked at, and no keys are fetched (M03)', async () => {
  let fetched = 0
  const world = mutualTlsWorld(
    {},
    {
      rateLimit: { clientAddress: () => '192.0.2.1', token: false, authentication: { max: 3, windowSeconds: 60 } },
      outboundFetch: async () => {
        fetched++
        return Response.json({ keys: [] })
      },
    },
  )
  const client = await registerTls(world, 'ada', {
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    tls_client_auth_subject_dn: undefined,
    jwks_uri: 'https://keys.example.com/jwks.json',
  })
  const connection = over(certificateIn(world, 'ada'))
  for (let count = 0; count < 3; count++) {
    expectJsonError(await postOver(world, client, connection), 401, 'invalid_client')
    world.clock.advance(2)
  }
  const before = fetched
  world.clock.advance(10)
  expectJsonError(await postOver(world, client, connection), 429, 'rate_limited')
  expect(fetched).toBe(before)
})
