import { encryptedResponseMetadata, encryptionServerMetadata } from '../../clients/encrypted-response.ts'
import { jwksMetadata } from '../../clients/jwks.ts'
import type { Feature } from '../../contracts/feature.ts'
import type { ResponseEncryptor } from '../../contracts/response-encryptor.ts'
import type { EncryptableResponse } from '../../protocol/encryption.ts'
import { encryptForClient, responseEncryptionOf } from '../../tokens/encrypt-for-client.ts'

const responses = ['id_token', 'userinfo'] as const

/**
 * A feature that encrypts ID tokens, logout tokens and userinfo for the clients that registered that, after they were signed
 * ({@link https://openid.net/specs/openid-connect-core-1_0.html#Encryption OpenID Connect Core section 10.2}). Nobody but
 * the holder of the client's private key can then read them, for instance no browser through which an ID token passes, and
 * no proxy that ends TLS. A client asks for it in its metadata: `id_token_encrypted_response_alg` or
 * `userinfo_encrypted_response_alg`, and its public key in `jwks` or `jwks_uri`.
 *
 * An ID token that a client sends back (`id_token_hint`, `subject_token`) must be the signed one: the client decrypts it
 * first.
 * @example
 * ```ts
 * createProvider({ features: [encryptedResponses()], ... })
 * await provider.registerClient({
 *   redirect_uris: ['https://app.example.com/callback'],
 *   id_token_encrypted_response_alg: 'ECDH-ES',
 *   jwks_uri: 'https://app.example.com/jwks',
 * })
 * ```
 */
export function encryptedResponses(): Feature<'encryptedResponses'> {
  return Object.freeze<Feature<'encryptedResponses'>>({
    name: 'encryptedResponses',
    requires: ['authorization_code'],
    start: () => ({
      clientMetadata: [jwksMetadata, ...responses.map(encryptedResponseMetadata)],
      responseEncryptors: responses.map(encryptorOf),
      serverMetadata: Object.assign({}, ...responses.map(encryptionServerMetadata)),
    }),
  })
}

function encryptorOf(response: EncryptableResponse & ResponseEncryptor['response']): ResponseEncryptor {
  return {
    response,
    encrypt(ctx, client, content) {
      const encryption = responseEncryptionOf(client, response)
      if (encryption === undefined)
        throw new TypeError(`client ${client.id} has registered no encryption of ${response}`)
      return encryptForClient(ctx, client, encryption, content)
    },
  }
}
