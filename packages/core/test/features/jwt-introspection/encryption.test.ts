import type { ClientInput } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { beforeAll, describe, expect, test } from 'vitest'
import { getTokens, registerConfidential } from '../../support/client.ts'
import { decryptionKey, decryptResponse, type EncryptionPair } from '../../support/encryption.ts'
import { editClient, expectJsonError } from '../../support/expectations.ts'
import {
  introspectAccepting,
  introspectionType,
  introspectionWorld,
  readIntrospection,
} from '../../support/jwt-introspection.ts'
import { createQuickWorld, introspect } from '../../support/tokens.ts'

let key: EncryptionPair

beforeAll(async () => {
  key = await decryptionKey()
})

const encrypting = (more: object = {}): ClientInput => ({
  jwks: { keys: [{ ...key.publicJwk }] },
  introspection_encrypted_response_alg: 'ECDH-ES',
  ...more,
})

async function answerOf(response: Response) {
  return { status: response.status, headers: response.headers, body: await response.json() }
}

describe('an encrypted introspection response', () => {
  test('the response is a signed JWT in a JWE (RFC 9701 section 5)', async () => {
    const world = introspectionWorld()
    const client = await registerConfidential(
      world,
      encrypting({ introspection_encrypted_response_enc: 'A128GCM', introspection_signed_response_alg: 'ES256' }),
    )
    const { access_token } = await getTokens(world, client)
    const response = await introspectAccepting(world, client, access_token)
    expect(response.headers.get('content-type')).toBe(introspectionType)
    const { header, jwt } = await decryptResponse(await response.text(), key)
    expect(header).toMatchObject({ alg: 'ECDH-ES', enc: 'A128GCM', cty: 'JWT', kid: 'enc-1' })
    const { payload } = await readIntrospection(world, client, jwt)
    expect(payload.token_introspection).toMatchObject({ active: true, client_id: client.client_id })
  })

  test('a client that registered encryption gets no response in the clear: it must ask for a JWT (RFC 9701 section 5)', async () => {
    const world = introspectionWorld()
    const client = await registerConfidential(world, encrypting())
    const { access_token } = await getTokens(world, client)
    for (const token of [access_token, 'made-up']) {
      const answer = await answerOf(await introspectAccepting(world, client, token, 'application/json'))
      expectJsonError(answer, 400, 'invalid_request')
      expect(answer.body.error_description).toContain(`send Accept: ${introspectionType}`)
    }
  })

  test('a process without the feature refuses the client rather than answer in the clear', async () => {
    const storage = memoryStorage()
    const world = introspectionWorld({ storage })
    const client = await registerConfidential(world, encrypting())
    const { access_token } = await getTokens(world, client)
    const without = createQuickWorld({ storage })
    expectJsonError(await introspect(without, client, access_token), 400, 'unauthorized_client')
    const reasons = without.events.map((event) => ('cause' in event ? String(event.cause) : '')).join()
    expect(reasons).toContain('install the feature jwtIntrospection()')
  })

  test('a client without a usable key gets unauthorized_client, and an event says why', async () => {
    const world = introspectionWorld()
    const client = await registerConfidential(world, encrypting())
    const { access_token } = await getTokens(world, client)
    const jwks = { keys: [{ ...key.publicJwk, use: 'sig' }] }
    await editClient(world, client.client_id, ({ metadata }) => ({ metadata: { ...metadata, jwks } as never }))
    expectJsonError(await answerOf(await introspectAccepting(world, client, access_token)), 400, 'unauthorized_client')
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'client.encryption_failed', member: 'introspection_encrypted_response_alg' }),
    )
  })

  test('the metadata name the algorithms, and a registration is checked against them (RFC 9701 sections 6 and 7)', async () => {
    const world = introspectionWorld()
    const { metadata } = world.provider
    expect(metadata.introspection_encryption_alg_values_supported).toContain('ECDH-ES')
    expect(metadata.introspection_encryption_enc_values_supported).toContain('A256GCM')
    for (const [changes, problem] of [
      [{ introspection_encrypted_response_alg: 'RSA1_5' }, 'unsupported introspection_encrypted_response_alg'],
      [{ introspection_encrypted_response_enc: 'x' }, 'unsupported introspection_encrypted_response_enc'],
      [{ jwks: undefined }, 'introspection_encrypted_response_alg needs jwks or jwks_uri'],
    ] as const) {
      await expect(registerConfidential(world, encrypting(changes))).rejects.toThrow(problem)
    }
  })
})
