import { describe, expect, test } from 'vitest'
import { makeCertificate, type TestCertificate } from '../../support/certificates.ts'
import { lastReason } from '../../support/client-keys.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { certificateIn, mutualTlsWorld, over, postOver, registerTls } from '../../support/mutual-tls.ts'
import type { World, WorldOptions } from '../../support/world.ts'

const keysUrl = 'https://keys.example.com/jwks.json'

/** A world whose clients' keys are the certificates in a list, and that counts how often they are fetched. */
function keysWorld(published: () => unknown) {
  const fetched: string[] = []
  const outbound: WorldOptions['outboundFetch'] = async (url) => {
    fetched.push(String(url))
    return new Response(JSON.stringify(published()), { headers: { 'content-type': 'application/json' } })
  }
  return { fetched, world: mutualTlsWorld({}, { outboundFetch: outbound }) }
}

const selfSigned = {
  token_endpoint_auth_method: 'self_signed_tls_client_auth',
  tls_client_auth_subject_dn: undefined,
} as const

function register(world: World, certificates: readonly TestCertificate[]) {
  return registerTls(world, 'ada', { ...selfSigned, jwks: { keys: certificates.map(({ jwk }) => ({ ...jwk })) } })
}

describe('self_signed_tls_client_auth', () => {
  test.each(['EC', 'RSA', 'Ed25519'] as const)(
    'a registered certificate of an %s key authenticates the client, without a verified chain (M07)',
    async (key) => {
      const world = mutualTlsWorld()
      const certificate = certificateIn(world, 'ada', { key })
      const client = await register(world, [certificateIn(world, 'old'), certificate])
      expect((await postOver(world, client, over(certificate, false))).status).toBe(200)
    },
  )

  test('another certificate is refused: of another key, of the same name, or of the same key anew (M07)', async () => {
    const world = mutualTlsWorld()
    const client = await register(world, [certificateIn(world, 'ada')])
    expectJsonError(await postOver(world, client, over(certificateIn(world, 'ada'))), 401, 'invalid_client')
    expectJsonError(await postOver(world, client, {}), 401, 'invalid_client')
    expect(lastReason(world)).toBe('the request has no client certificate')
  })

  test('a certificate outside its validity is refused, since no TLS layer verified it (M08)', async () => {
    const world = mutualTlsWorld()
    const certificate = certificateIn(world, 'ada')
    const client = await register(world, [certificate])
    world.clock.advance(3601)
    expectJsonError(await postOver(world, client, over(certificate, false)), 401, 'invalid_client')
    expect(lastReason(world)).toBe('the certificate has expired')
  })

  test.each<[string, (certificate: TestCertificate, other: TestCertificate) => object | undefined]>([
    ['no keys', () => undefined],
    ['a key without a certificate', ({ jwk: { x5c: _, ...jwk } }) => ({ keys: [jwk] })],
    ['the certificate of another key', ({ jwk }, other) => ({ keys: [{ ...jwk, x5c: other.jwk.x5c }] })],
    ['text in x5c', ({ jwk }) => ({ keys: [{ ...jwk, x5c: ['certificate'] }] })],
    [
      'a certificate in base64url',
      ({ jwk, der }) => ({ keys: [{ ...jwk, x5c: [`${Buffer.from(der).toString('base64url')}_`] }] }),
    ],
    ['a string as x5c', ({ jwk }) => ({ keys: [{ ...jwk, x5c: jwk.x5c?.[0] }] })],
    ['an empty x5c', ({ jwk }) => ({ keys: [{ ...jwk, x5c: [] }] })],
  ])('a registration with %s is invalid_client_metadata (M07)', async (_, jwks) => {
    const world = mutualTlsWorld()
    const input = { ...selfSigned, jwks: jwks(makeCertificate('ada'), makeCertificate('eve')) as never }
    await expect(registerTls(world, 'ada', input)).rejects.toMatchObject({ code: 'invalid_client_metadata' })
  })

  test('a new certificate at jwks_uri works at once, and a removed one for five minutes more (M07)', async () => {
    let keys: readonly TestCertificate[] = []
    const { world, fetched } = keysWorld(() => ({ keys: keys.map(({ jwk }) => jwk) }))
    const [old, fresh] = [certificateIn(world, 'ada'), certificateIn(world, 'ada')]
    keys = [old]
    const client = await registerTls(world, 'ada', { ...selfSigned, jwks_uri: keysUrl })
    const statusOf = async (certificate: TestCertificate) =>
      (await postOver(world, client, over(certificate, false))).status
    expect(await statusOf(old)).toBe(200)
    world.clock.advance(2)
    keys = [fresh]
    expect(await statusOf(old)).toBe(200)
    expect(await statusOf(fresh)).toBe(200)
    expect(await statusOf(old)).toBe(401)
    expect(fetched).toEqual([keysUrl, keysUrl])
  })

  test('many wrong certificates do not fetch jwks_uri more than once per second (M07)', async () => {
    const { world, fetched } = keysWorld(() => ({ keys: [] }))
    const client = await registerTls(world, 'ada', { ...selfSigned, jwks_uri: keysUrl })
    const certificate = certificateIn(world, 'eve')
    for (let count = 0; count < 5; count++) {
      expectJsonError(await postOver(world, client, over(certificate)), 401, 'invalid_client')
    }
    expect(fetched).toEqual([keysUrl])
  })

  test.each<[string, (certificate: TestCertificate) => unknown]>([
    ['a document that is no key set', () => ({ certificates: [] })],
    ['more than twenty keys', ({ jwk }) => ({ keys: Array.from({ length: 21 }, () => jwk) })],
    ['the certificate beside another key', ({ jwk }) => ({ keys: [{ ...makeCertificate('eve').jwk, x5c: jwk.x5c }] })],
  ])('the certificate is refused with %s at jwks_uri (M07)', async (_, published) => {
    let certificate: TestCertificate | undefined
    const { world } = keysWorld(() => published(certificate as TestCertificate))
    certificate = certificateIn(world, 'ada')
    const client = await registerTls(world, 'ada', { ...selfSigned, jwks_uri: keysUrl })
    expectJsonError(await postOver(world, client, over(certificate)), 401, 'invalid_client')
  })
})
