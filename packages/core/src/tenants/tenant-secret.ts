import { encodeBase64url, encodeUtf8 } from '../crypto/base64url.ts'

/** A secret, or a list of which the first is used and the others are still known. */
export type Secret = string | readonly [string, ...string[]]

/**
 * Derives a secret for one tenant (HKDF, {@link https://www.rfc-editor.org/rfc/rfc5869 RFC 5869}). Two tenants never have the
 * same, whatever they were given, so nothing that one has sealed or signed means anything to another.
 * @param use what the secret is for, for instance `secret`
 */
export async function tenantSecret(secret: string, tenant: string, use: string): Promise<string> {
  const material = await crypto.subtle.importKey('raw', encodeUtf8(secret), 'HKDF', false, ['deriveBits'])
  const info = encodeUtf8(`oauth/tenant\0${use}\0${tenant}`)
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }
  return encodeBase64url(new Uint8Array(await crypto.subtle.deriveBits(parameters, material, 256)))
}

/** Derives each secret of a list. */
export async function tenantSecrets(secret: Secret, tenant: string): Promise<readonly [string, ...string[]]> {
  const list = typeof secret === 'string' ? [secret] : secret
  const derived = await Promise.all(list.map((one) => tenantSecret(one, tenant, 'secret')))
  return derived as unknown as readonly [string, ...string[]]
}
