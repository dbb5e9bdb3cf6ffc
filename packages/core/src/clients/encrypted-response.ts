import * as v from 'valibot'
import type { ClientMetadataPart } from '../contracts/client-metadata-part.ts'
import { canEncrypt } from '../crypto/encryption-key.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import {
  contentEncryptionAlgorithms,
  type EncryptableResponse,
  keyManagementAlgorithms,
} from '../protocol/encryption.ts'
import { OAuthError } from '../protocol/errors.ts'

/** The members of client metadata that say how a response is encrypted for the client. */
export interface EncryptionMembers {
  readonly alg: string
  readonly enc: string
}

/** Names the members of client metadata for a response, for instance `id_token_encrypted_response_alg`. */
export function encryptionMembers(response: EncryptableResponse): EncryptionMembers {
  return { alg: `${response}_encrypted_response_alg`, enc: `${response}_encrypted_response_enc` }
}

/**
 * The client metadata with which a client has a response encrypted ({@link
 * https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata OpenID Connect Registration section 2}). A
 * feature that uses it brings `jwksMetadata`, too: the keys are in `jwks` or `jwks_uri`.
 * @example
 * ```ts
 * clientMetadata: [jwksMetadata, encryptedResponseMetadata('id_token')]
 * ```
 */
export function encryptedResponseMetadata(response: EncryptableResponse): ClientMetadataPart {
  const members = encryptionMembers(response)
  return {
    members: { [members.alg]: name, [members.enc]: name },
    needsKeys: (metadata) => memberOf(metadata, members.alg) !== undefined,
    check(_ctx, metadata) {
      checkEncryptionPair(metadata, members)
      const alg = memberOf(metadata, members.alg)
      if (alg !== undefined) checkKeys(metadata, members.alg, alg)
    },
  }
}

const name = v.pipe(v.string(), v.maxLength(32))

/**
 * Checks that both algorithms are supported, and that there is no `enc` without an `alg`.
 * @param algorithms the values of `alg` that are supported. Default: all that this package has
 * @throws {OAuthError} `invalid_client_metadata`
 */
export function checkEncryptionPair(
  metadata: Partial<ClientMetadata>,
  members: EncryptionMembers,
  algorithms: readonly string[] = keyManagementAlgorithms,
): void {
  checkOne(members.alg, memberOf(metadata, members.alg), algorithms)
  checkOne(members.enc, memberOf(metadata, members.enc), contentEncryptionAlgorithms)
  if (memberOf(metadata, members.enc) !== undefined && memberOf(metadata, members.alg) === undefined) {
    throw invalid(`${members.enc} needs ${members.alg}`)
  }
}

/** The discovery members that name the algorithms of a response, for instance `id_token_encryption_alg_values_supported`. */
export function encryptionServerMetadata(response: EncryptableResponse): Readonly<Record<string, unknown>> {
  return {
    [`${response}_encryption_alg_values_supported`]: [...keyManagementAlgorithms],
    [`${response}_encryption_enc_values_supported`]: [...contentEncryptionAlgorithms],
  }
}

function checkOne(member: string, value: string | undefined, supported: readonly string[]): void {
  if (value === undefined || supported.includes(value)) return
  throw invalid(`unsupported ${member} ${value}: this server supports ${supported.join(', ')}`)
}

/** Keys at a `jwks_uri` may come later, so they are looked at when they are used. */
function checkKeys({ jwks, jwks_uri }: ClientMetadata, member: string, algorithm: string): void {
  if (jwks_uri !== undefined) return
  if (jwks === undefined) throw invalid(`${member} needs jwks or jwks_uri`)
  if (jwks.keys.some((key) => canEncrypt(key, algorithm))) return
  throw invalid(
    `jwks has no key for ${member} ${algorithm}: its use must be enc or absent, its alg ${algorithm} or absent`,
  )
}

/** Reads a member whose name is not known to the type. */
function memberOf(metadata: Partial<ClientMetadata>, member: string): string | undefined {
  return (metadata as Readonly<Record<string, string | undefined>>)[member]
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
