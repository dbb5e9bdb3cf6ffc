import type { ClientInput } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { commonName } from '../../support/certificates.ts'
import { registerConfidential } from '../../support/client.ts'
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
import type { World } from '../../support/world.ts'

const methods = ['tls_client_auth', 'self_signed_tls_client_auth']

describe('tls_client_auth', () => {
  test('discovery names both methods at every endpoint that authenticates clients (M01)', () => {
    const { metadata } = mutualTlsWorld().provider
    for (const endpoint of ['token', 'revocation', 'introspection']) {
      expect(metadata[`${endpoint}_endpoint_auth_methods_supported`]).toEqual(expect.arrayContaining(methods))
    }
    const without = createQuickWorld().provider.metadata.token_endpoint_auth_methods_supported
    expect(without).not.toEqual(expect.arrayContaining(['tls_client_auth']))
  })

  test('a client registers itself for tls_client_auth, and the response repeats its metadata (M01)', async () => {
    const world = mutualTlsWorld(
      {},
      { allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true },
    )
    const metadata = {
      redirect_uris: ['https://app.example.com/cb'],
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_san_dns: 'client.example.com',
      tls_client_certificate_bound_access_tokens: true,
    }
    const response = await world.provider.fetch(
      new Request(`${world.issuer}/oauth2/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(metadata),
      }),
    )
    expect(response.status).toBe(201)
    expect(await response.json()).toMatchObject(metadata)
  })

  test('a server without the feature refuses to register the methods and says which feature brings them (M01)', async () => {
    const world = createQuickWorld()
    await expect(registerTls(world, 'ada', { tls_client_auth_subject_dn: undefined })).rejects.toThrow(
      'token_endpoint_auth_method tls_client_auth needs the feature mutualTls() from @oauth/core/features/mutual-tls',
    )
    await expect(registerConfidential(world, { tls_client_certificate_bound_access_tokens: true })).rejects.toThrow(
      'is not known without the feature mutualTls()',
    )
  })

  test('a client with the registered certificate gets a token at the token, introspection and revocation endpoints (M03)', async () => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada')
    const connection = over(certificateIn(world, 'ada'))
    const { status, body } = await postOver(world, client, connection)
    expect([status, body.token_type]).toEqual([200, 'Bearer'])
    const token = { token: body.access_token }
    expect((await postOver(world, client, connection, token, '/oauth2/introspect')).body.active).toBe(true)
    expect((await postOver(world, client, connection, token, '/oauth2/revoke')).status).toBe(200)
    expect((await postOver(world, client, connection, token, '/oauth2/introspect')).body.active).toBe(false)
  })

  test('a request without client_id is invalid_client, whatever certificate it has (M02)', async () => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada')
    const answer = await postOver(world, client, over(certificateIn(world, 'ada')), {
      ...machine,
      client_id: undefined,
    })
    expectJsonError(answer, 401, 'invalid_client')
  })

  test('a client without its certificate, or with another one, is invalid_client and 401 (M03)', async () => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada')
    expectJsonError(await postOver(world, client, {}), 401, 'invalid_client')
    expect(lastReason(world)).toBe('the request has no client certificate')
    expectJsonError(await postOver(world, client, over(certificateIn(world, 'eve'))), 401, 'invalid_client')
    expect(lastReason(world)).toBe('the certificate has another subject than the registered one')
  })

  test('an unknown client gets the same response as a client with a wrong certificate (M03)', async () => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada')
    const connection = over(certificateIn(world, 'eve'))
    const known = await postOver(world, client, connection)
    const unknown = await postOver(world, { ...client, client_id: 'nobody' }, connection)
    expect([unknown.status, unknown.body]).toEqual([known.status, known.body])
  })

  test('a client that is registered for a certificate cannot use a secret, and the other way round (M03)', async () => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada')
    const connection = over(certificateIn(world, 'ada'))
    const secret = { ...machine, client_secret: 'x'.repeat(40) }
    expectJsonError(await postOver(world, client, connection, secret), 401, 'invalid_client')
    const withSecret = await registerConfidential(world)
    const { client_id } = withSecret
    const disguised = { ...client, client_id }
    expectJsonError(await postOver(world, disguised, connection), 401, 'invalid_client')
  })

  const subject = 'CN=ada,O=Example,C=DE'
  test.each<[string, ClientInput]>([
    ['none', { tls_client_auth_subject_dn: undefined }],
    ['two', { tls_client_auth_subject_dn: subject, tls_client_auth_san_dns: 'ada.example.com' }],
    [
      'two alternative names',
      {
        tls_client_auth_subject_dn: undefined,
        tls_client_auth_san_ip: '192.0.2.1',
        tls_client_auth_san_email: 'ada@example.com',
      },
    ],
  ])(
    'a registration for tls_client_auth with %s of the five subject members is invalid_client_metadata (M04)',
    async (_, input) => {
      await expect(registerTls(mutualTlsWorld(), 'ada', input)).rejects.toMatchObject({
        code: 'invalid_client_metadata',
        message: expect.stringContaining('tls_client_auth needs exactly one of tls_client_auth_subject_dn'),
      })
    },
  )

  test.each<[string, ClientInput]>([
    ['a name in the form of openssl', { tls_client_auth_subject_dn: '/C=DE/O=Example/CN=ada' }],
    ['an empty name', { tls_client_auth_subject_dn: '' }],
    ['an attribute that is not known', { tls_client_auth_subject_dn: 'FOO=ada' }],
    ['an empty value', { tls_client_auth_subject_dn: 'CN=' }],
    ['a star', { tls_client_auth_san_dns: '*.example.com' }],
    ['a relative URI', { tls_client_auth_san_uri: '/ada' }],
    ['an address that is none', { tls_client_auth_san_ip: '192.0.2.256' }],
    ['an address with octal digits', { tls_client_auth_san_ip: '192.0.2.010' }],
    ['an email address without a host', { tls_client_auth_san_email: 'ada' }],
  ])('a registration with %s is invalid_client_metadata (M04)', async (_, input) => {
    const given = { tls_client_auth_subject_dn: undefined, ...input }
    await expect(registerTls(mutualTlsWorld(), 'ada', given)).rejects.toMatchObject({ code: 'invalid_client_metadata' })
  })

  test('a chain that the TLS layer has not verified is refused (M06)', async () => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada')
    expectJsonError(await postOver(world, client, over(certificateIn(world, 'ada'), false)), 401, 'invalid_client')
    expect(lastReason(world)).toBe('the TLS layer has not verified the chain of the certificate')
  })

  test.each([
    ['that has expired', { notAfter: -1 }, 'the certificate has expired'],
    ['that is not valid yet', { notBefore: 1, notAfter: 60 }, 'the certificate is not valid yet'],
  ])('a certificate %s is refused, although its chain was verified (M08)', async (_, change, reason) => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada')
    const now = world.clock.now()
    const times = Object.fromEntries(Object.entries(change).map(([name, seconds]) => [name, now + seconds]))
    expectJsonError(await postOver(world, client, over(certificateIn(world, 'ada', times))), 401, 'invalid_client')
    expect(lastReason(world)).toBe(reason)
  })

  test('a certificate that was remembered is refused once it has expired (M08)', async () => {
    const world = mutualTlsWorld()
    const client = await registerTls(world, 'ada')
    const connection = over(certificateIn(world, 'ada'))
    expect((await postOver(world, client, connection)).status).toBe(200)
    world.clock.advance(3601)
    expectJsonError(await postOver(world, client, connection), 401, 'invalid_client')
  })
})

describe('the subject of tls_client_auth', () => {
  async function isAccepted(world: World, input: ClientInput, certificate: ReturnType<typeof certificateIn>) {
    const client = await registerTls(world, 'ada', { tls_client_auth_subject_dn: undefined, ...input })
    return (await postOver(world, client, over(certificate))).status === 200
  }

  const [c, o, ou, dc, email, uid] = [
    ...['2.5.4.6', '2.5.4.10', '2.5.4.11', '0.9.2342.19200300.100.1.25', '1.2.840.113549.1.9.1'],
    '0.9.2342.19200300.100.1.1',
  ] as const

  test.each([
    ['another case', 'cn=ADA,o=eXample,c=de', [[[c, 'DE']], [[o, 'Example']], [[commonName, 'Ada']]]],
    ['spaces that do not count', 'CN= Ada   Lovelace , O=Example', [[[o, 'Example']], [[commonName, 'Ada Lovelace']]]],
    [
      'parts of several attributes in another order',
      'UID=7+CN=ada,O=Example',
      [
        [[o, 'Example']],
        [
          [commonName, 'ada'],
          [uid, '7'],
        ],
      ],
    ],
    [
      'escaped characters',
      'CN=ada\\, Countess \\+ \\"x\\",O=Ex\\C3\\A4mple',
      [[[o, 'Exämple']], [[commonName, 'ada, Countess + "x"']]],
    ],
    ['object identifiers', '2.5.4.3=ada,OID.2.5.4.10=Example', [[[o, 'Example']], [[commonName, 'ada']]]],
    ['a value in hexadecimal DER', 'CN=#0c03616461', [[[commonName, 'ada']]]],
    [
      'other kinds of strings',
      'CN=ada,OU=bmp,O=printable,C=DE',
      [
        [[c, { printableString: 'DE' }]],
        [[o, { printableString: 'printable' }]],
        [[ou, { bmpString: 'bmp' }]],
        [[commonName, { utf8String: 'ada' }]],
      ],
    ],
    [
      'domain components and an email address',
      'E=ada@example.com,DC=example,DC=com',
      [[[dc, { ia5String: 'com' }]], [[dc, { ia5String: 'example' }]], [[email, { ia5String: 'ada@example.com' }]]],
    ],
  ] as const)('a name with %s is the registered one (M05)', async (_, name, subject) => {
    const world = mutualTlsWorld()
    expect(
      await isAccepted(world, { tls_client_auth_subject_dn: name }, certificateIn(world, 'ada', { subject })),
    ).toBe(true)
  })

  test.each([
    ['parts in another order', 'CN=ada,O=Example', [[[commonName, 'ada']], [[o, 'Example']]]],
    ['one part more', 'CN=ada', [[[o, 'Example']], [[commonName, 'ada']]]],
    ['one part less', 'CN=ada,O=Example', [[[commonName, 'ada']]]],
    ['two parts instead of one of two attributes', 'CN=ada+O=Example', [[[o, 'Example']], [[commonName, 'ada']]]],
    ['a comma inside a value', 'CN=ada,O=Example', [[[commonName, 'ada,O=Example']]]],
    ['the value in another attribute', 'CN=ada', [[[ou, 'ada']]]],
    ['another case in an attribute that is not known', '1.2.3.4=ada', [[['1.2.3.4', 'ADA']]]],
  ] as const)('a name with %s is not the registered one (M05)', async (_, name, subject) => {
    const world = mutualTlsWorld()
    expect(
      await isAccepted(world, { tls_client_auth_subject_dn: name }, certificateIn(world, 'ada', { subject })),
    ).toBe(false)
  })

  test.each([
    ['a DNS name', { tls_client_auth_san_dns: 'Ada.Example.com' }, { dNSName: 'ada.example.COM' }, true],
    ['another DNS name', { tls_client_auth_san_dns: 'ada.example.com' }, { dNSName: 'eve.example.com' }, false],
    ['a DNS name with a star', { tls_client_auth_san_dns: 'ada.example.com' }, { dNSName: '*.example.com' }, false],
    [
      'a URI',
      { tls_client_auth_san_uri: 'https://ada.example.com/a' },
      { uniformResourceIdentifier: 'https://ada.example.com/a' },
      true,
    ],
    [
      'a URI in another case',
      { tls_client_auth_san_uri: 'https://ada.example.com/a' },
      { uniformResourceIdentifier: 'https://ada.example.com/A' },
      false,
    ],
    ['an IPv4 address', { tls_client_auth_san_ip: '192.0.2.7' }, { iPAddress: '192.0.2.7' }, true],
    ['an IPv6 address in its long form', { tls_client_auth_san_ip: '0:0:0:0:0:0:0:1' }, { iPAddress: '::1' }, true],
    [
      'an IPv6 address that embeds the IPv4 address',
      { tls_client_auth_san_ip: '192.0.2.7' },
      { iPAddress: '::ffff:c000:207' },
      false,
    ],
    ['an email address', { tls_client_auth_san_email: 'ada@Example.com' }, { rfc822Name: 'ada@example.com' }, true],
    [
      'an email address in another case',
      { tls_client_auth_san_email: 'ada@example.com' },
      { rfc822Name: 'Ada@example.com' },
      false,
    ],
    ['a name of another kind', { tls_client_auth_san_email: 'ada@example.com' }, { dNSName: 'ada@example.com' }, false],
  ])('the alternative name with %s is compared by the rule of its kind (M05)', async (_, input, name, accepted) => {
    const world = mutualTlsWorld()
    const alternativeNames = [{ dNSName: 'other.example.com' }, name]
    expect(await isAccepted(world, input, certificateIn(world, 'ada', { alternativeNames }))).toBe(accepted)
  })

  test('a certificate without alternative names matches none, and its common name counts for none (M05)', async () => {
    const world = mutualTlsWorld()
    const certificate = certificateIn(world, 'ada.example.com')
    expect(await isAccepted(world, { tls_client_auth_san_dns: 'ada.example.com' }, certificate)).toBe(false)
    expect(await isAccepted(world, { tls_client_auth_subject_dn: subjectOf('ada.example.com') }, certificate)).toBe(
      true,
    )
  })
})
