import { type CryptoKey, compactDecrypt, decodeProtectedHeader } from 'jose'
import type { DecryptionRules } from '../contracts/encryption-keys.ts'
import { decodeUtf8 } from '../crypto/base64url.ts'

/** The protected header of a JWE that may be decrypted. */
export interface JweHeader {
  readonly alg: string
  readonly kid?: string
}

/** Reads the header of a JWE in compact form; `undefined` for any other text, and when the rules do not allow it. */
export function readJweHeader(jwe: string, rules: DecryptionRules): JweHeader | undefined {
  const header = decodeJweHeader(jwe)
  if (header === undefined || headerProblem(header, rules) !== undefined) return undefined
  const { alg, kid } = header
  return { alg: alg as string, ...(typeof kid === 'string' && { kid }) }
}

/** Decodes the header of a JWE in compact form; `undefined` for any other text. */
export function decodeJweHeader(jwe: string): Readonly<Record<string, unknown>> | undefined {
  if (jwe.split('.', 6).length !== 5) return undefined
  try {
    return decodeProtectedHeader(jwe)
  } catch {
    return undefined
  }
}

/**
 * Tells what the header of a JWE has that is not allowed. The sender knows its own header, so it may be told.
 * Compression is never allowed: a few bytes could become gigabytes.
 */
export function headerProblem(
  { alg, enc, zip, crit }: Readonly<Record<string, unknown>>,
  { algorithms, contentEncryption }: DecryptionRules,
): string | undefined {
  if (!algorithms.includes(alg as string)) return `its alg must be ${algorithms.join(' or ')}`
  if (!contentEncryption.includes(enc as string)) return `its enc must be ${contentEncryption.join(' or ')}`
  if (zip !== undefined) return 'it must not be compressed (zip)'
  return crit === undefined ? undefined : 'it has header parameters that are not understood (crit)'
}

/** Decrypts a JWE in compact form; `undefined` when that fails, for whatever reason. */
export async function decryptCompact(jwe: string, key: CryptoKey, rules: DecryptionRules): Promise<string | undefined> {
  try {
    const { plaintext } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: [...rules.algorithms],
      contentEncryptionAlgorithms: [...rules.contentEncryption],
    })
    return decodeUtf8(plaintext as Uint8Array<ArrayBuffer>)
  } catch {
    return undefined
  }
}
