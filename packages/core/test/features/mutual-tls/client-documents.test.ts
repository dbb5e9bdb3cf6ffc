import { mutualTls } from '@oauth/core/features/mutual-tls'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { describe, expect, test } from 'vitest'
import { documentFacts } from '../../../src/policy/client-document.ts'
import type { ClientRecord } from '../../../src/storage/client.ts'
import { post } from '../../support/client.ts'
import { clientDocument, documentUrl, startDocuments } from '../../support/client-documents.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { certificateIn, over, readPresented } from '../../support/mutual-tls.ts'

describe('a client that is a document', () => {
  test.each<[string, object]>([
    ['names tls_client_auth', { token_endpoint_auth_method: 'tls_client_auth' }],
    [
      'offers it beside another method',
      {
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_methods_supported: ['private_key_jwt', 'tls_client_auth'],
        jwks_uri: 'https://app.example.com/jwks.json',
      },
    ],
  ])('a client whose document %s authenticates by its certificate (M01, M03)', async (_, changes) => {
    const others = [privateKeyJwt(), mutualTls({ clientCertificate: readPresented })]
    const { world, publish } = await startDocuments({ others })
    publish(documentUrl, clientDocument({ tls_client_auth_san_dns: 'app.example.com', ...changes }))
    const certificate = certificateIn(world, 'app', { alternativeNames: [{ dNSName: 'app.example.com' }] })
    const ask = (headers: Record<string, string>) =>
      post(world, '/oauth2/introspect', { client_id: documentUrl, token: 'x' }, headers)
    expect((await ask(over(certificate))).body).toEqual({ active: false })
    expectJsonError(await ask(over(certificateIn(world, 'app'))), 401, 'invalid_client')
    expectJsonError(await ask({}), 401, 'invalid_client')
  })

  test('a document with another certificate needs a new consent, and documents without certificates keep theirs (M04)', () => {
    const record = (members: object): ClientRecord =>
      ({
        registeredBy: 'document',
        metadata: { redirect_uris: [], token_endpoint_auth_method: 'none', ...members },
      }) as never
    const one = documentFacts(record({ tls_client_auth_san_dns: 'app.example.com' }))
    const other = documentFacts(record({ tls_client_auth_san_dns: 'evil.example' }))
    const without = documentFacts(record({}))
    expect(new Set([one, other, without]).size).toBe(3)
    expect(without).toBe(documentFacts(record({ tls_client_certificate_bound_access_tokens: true })))
    expect(JSON.parse(String(without))).toHaveLength(4)
  })
})
