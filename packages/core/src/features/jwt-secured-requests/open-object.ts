import type { Context } from '../../contracts/context.ts'
import type { DecryptionRules } from '../../contracts/encryption-keys.ts'
import { encodeTextBase64url } from '../../crypto/base64url.ts'
import { decodeJweHeader, headerProblem } from '../../keys/decrypt.ts'
import { createEncryptionKeys } from '../../keys/encryption-keys.ts'
import { contentEncryptionAlgorithms } from '../../protocol/encryption.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { RequestObjectRules } from '../../request-objects/rules.ts'
import type { ClientRecord } from '../../storage/client.ts'

/** The longest encrypted request object, in characters: the largest body that the server reads. */
const longest = 65_536

/**
 * Decrypts a request object ({@link https://www.rfc-editor.org/rfc/rfc9101#section-6.1 RFC 9101 section 6.1}). It proves
 * nothing about the sender: everybody can encrypt for this server. What comes out must pass every check of an object that
 * was not encrypted, and claims that were encrypted without a signature are an unsigned object.
 * @returns the signed or unsigned JWT; an object that is not encrypted stays as it is
 * @throws {OAuthError} `invalid_request_object`
 */
export async function openRequestObject(
  ctx: Context,
  { encryptionAlgorithms }: RequestObjectRules,
  client: ClientRecord,
  object: string,
): Promise<string> {
  const header = decodeJweHeader(object)
  const { request_object_encryption_alg: alg, request_object_encryption_enc: enc } = client.metadata
  if (header === undefined && alg !== undefined) throw invalid(`the client registered that it is encrypted by ${alg}`)
  if (header === undefined || encryptionAlgorithms.length === 0) return object
  const rules: DecryptionRules = {
    algorithms: only(encryptionAlgorithms, alg),
    contentEncryption: only(contentEncryptionAlgorithms, enc),
  }
  const problem = object.length > longest ? `it is longer than ${longest} characters` : headerProblem(header, rules)
  if (problem !== undefined) throw invalid(problem)
  const content = await ctx.once(createEncryptionKeys).decrypt(object, rules)
  // One text for whatever went wrong: from a difference, an attacker could learn about the key or the content.
  if (content === undefined) {
    throw invalid('it cannot be decrypted: encrypt it with a key of jwks_uri whose use is enc, as it is published now')
  }
  return content.trimStart().startsWith('{') ? unsecuredJwt(content, header.typ) : content
}

/** Returns the value that the client registered, if the server has it, or all values. */
function only(supported: readonly string[], registered: string | undefined): readonly string[] {
  return supported.filter((value) => registered === undefined || value === registered)
}

/** Makes a JWT without a signature ({@link https://www.rfc-editor.org/rfc/rfc7519#section-6 RFC 7519 section 6}). */
function unsecuredJwt(claims: string, typ: unknown): string {
  const header = JSON.stringify({ alg: 'none', typ })
  return `${encodeTextBase64url(header)}.${encodeTextBase64url(claims)}.`
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_request_object', `the request object is not valid: ${description}`)
}
