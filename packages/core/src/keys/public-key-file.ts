import { exportJWK, importSPKI, type JWK } from 'jose'

/**
 * Reads a public key file in PEM or DER (SPKI, {@link https://www.rfc-editor.org/rfc/rfc5280#section-4.1 RFC 5280 section
 * 4.1}) as a JWK.
 * @throws when it is no public key for the algorithm
 */
export async function readPublicKeyFile(
  file: string | Uint8Array,
  algorithm: string,
): Promise<Readonly<Record<string, unknown>>> {
  const pem = typeof file === 'string' ? file : pemOf(file)
  const jwk: JWK = await exportJWK(await importSPKI(pem, algorithm, { extractable: true }))
  return { ...jwk }
}

function pemOf(der: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...der))
  return `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----`
}
