import * as v from 'valibot'
import { checkEncryptionPair } from '../../clients/encrypted-response.ts'
import type { ClientMetadataPart } from '../../contracts/client-metadata-part.ts'
import type { Core } from '../../contracts/core.ts'
import type { EncryptionKeys } from '../../contracts/encryption-keys.ts'
import { createEncryptionKeys } from '../../keys/encryption-keys.ts'
import { signsWithClientSecrets } from '../../policy/client-support.ts'
import { contentEncryptionAlgorithms, type KeyManagementAlgorithm } from '../../protocol/encryption.ts'

/** The options of `jwtSecuredRequests` for encrypted request objects. */
export interface RequestObjectEncryptionOptions {
  /**
   * The JWE algorithms by which clients may encrypt their request objects for this server, after they have signed them:
   * `RSA-OAEP-256`, `RSA-OAEP`, `ECDH-ES`, `ECDH-ES+A128KW`, `ECDH-ES+A256KW`. The server makes the keys when they are first
   * needed, publishes them in the JWKS (`use: enc`), and `provider.rotateEncryptionKeys()` replaces them. Default: none, and
   * encrypted request objects are refused.
   * @example
   * jwtSecuredRequests({ encryptionAlgorithms: ['RSA-OAEP-256', 'ECDH-ES'] })
   */
  readonly encryptionAlgorithms?: readonly KeyManagementAlgorithm[] | undefined
}

/**
 * Returns the keys that clients encrypt with; none without an algorithm.
 * @throws {TypeError} when this server has no JWKS to publish them in
 */
export function neededKeys(core: Core, algorithms: readonly string[]): readonly EncryptionKeys[] {
  if (algorithms.length === 0) return []
  if (signsWithClientSecrets(core)) {
    throw new TypeError(
      'jwtSecuredRequests: encryptionAlgorithms needs a JWKS for the keys of this server, which disableJwtPlugin leaves out',
    )
  }
  const keys = core.once(createEncryptionKeys)
  keys.need(algorithms)
  return [keys]
}

/** The members of the discovery documents for encrypted request objects; none without an algorithm. */
export function encryptionServerMetadata(algorithms: readonly string[]): Readonly<Record<string, readonly string[]>> {
  if (algorithms.length === 0) return {}
  return {
    request_object_encryption_alg_values_supported: [...algorithms],
    request_object_encryption_enc_values_supported: [...contentEncryptionAlgorithms],
  }
}

/**
 * The client metadata for encrypted request objects ({@link
 * https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata OpenID Connect Registration section 2}); none
 * without an algorithm.
 */
export function encryptionMetadata(algorithms: readonly string[]): readonly ClientMetadataPart[] {
  if (algorithms.length === 0) return []
  const name = v.pipe(v.string(), v.maxLength(32))
  const members = { alg: 'request_object_encryption_alg', enc: 'request_object_encryption_enc' }
  return [
    {
      members: { [members.alg]: name, [members.enc]: name },
      check: (_ctx, metadata) => checkEncryptionPair(metadata, members, algorithms),
    },
  ]
}
