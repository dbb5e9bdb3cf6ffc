/**
 * The JWE algorithms by which a content encryption key is agreed on or encrypted for a public key ({@link
 * https://www.rfc-editor.org/rfc/rfc7518#section-4.1 RFC 7518 section 4.1}). `RSA1_5` is left out because its padding can
 * be attacked, `dir` and the symmetric ones because they need a shared secret.
 */
export const keyManagementAlgorithms = [
  'RSA-OAEP-256',
  'RSA-OAEP',
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A256KW',
] as const

/** The JWE algorithms that encrypt the content ({@link https://www.rfc-editor.org/rfc/rfc7518#section-5.1 RFC 7518 section 5.1}). */
export const contentEncryptionAlgorithms = ['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM'] as const

/**
 * The `enc` of a client that registered only the `alg` ({@link
 * https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata OpenID Connect Registration section 2}).
 */
export const defaultContentEncryption = 'A128CBC-HS256'

export type KeyManagementAlgorithm = (typeof keyManagementAlgorithms)[number]
export type ContentEncryptionAlgorithm = (typeof contentEncryptionAlgorithms)[number]

/** The responses that a client can have encrypted, as its metadata names them: `<response>_encrypted_response_alg`. */
export type EncryptableResponse = 'id_token' | 'userinfo' | 'authorization' | 'introspection'
