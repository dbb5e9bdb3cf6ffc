import { CompactEncrypt, type CryptoKey } from 'jose'
import { encodeUtf8 } from '../crypto/base64url.ts'

/** The protected header of a JWE ({@link https://www.rfc-editor.org/rfc/rfc7516#section-4.1 RFC 7516 section 4.1}). */
export interface EncryptionHeader {
  readonly alg: string
  readonly enc: string
  readonly kid?: string
  readonly cty?: string
  readonly iss?: string
}

/** Encrypts a text for the holder of a key, as a JWE in compact form. */
export function encryptCompact(key: CryptoKey, header: EncryptionHeader, text: string): Promise<string> {
  return new CompactEncrypt(encodeUtf8(text)).setProtectedHeader({ ...header }).encrypt(key)
}
