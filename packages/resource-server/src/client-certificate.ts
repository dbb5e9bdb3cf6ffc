import { invalid } from './claims.ts'
import type { RequestHead } from './request-head.ts'

/** The certificate that a client presented in the TLS handshake of a request. */
export interface ClientCertificate {
  /**
   * The certificate of the client alone, without its chain: DER, PEM, or the byte sequence of {@link
   * https://www.rfc-editor.org/rfc/rfc9440#section-2.2 RFC 9440} (`:MIIB…:`).
   */
  readonly certificate: Uint8Array | string
}

/** A function of the host that returns the client certificate of a request, or `undefined` when the client sent none. */
export type ClientCertificateReader = (
  request: RequestHead,
) => ClientCertificate | undefined | Promise<ClientCertificate | undefined>

/** Bytes with memory of their own, as Web Crypto takes them. TypeScript before 5.7 has no name for that type. */
type Bytes = ReturnType<typeof Uint8Array.from>

/** The longest certificate, in bytes, and the longest text of one, in characters. */
const longest = 16_384
const longestText = 32_768

/**
 * Returns the DER of a certificate. Its content does not matter here: the token names its hash.
 * @throws {TypeError} when the function of the host answered wrongly
 * @throws {ResourceError} `invalid_token` when the certificate cannot be read
 */
export function certificateBytes(answer: unknown): Bytes | undefined {
  if (answer === undefined || answer === null) return undefined
  const { certificate } = answer as Partial<ClientCertificate>
  if (typeof certificate !== 'string' && !isBytes(certificate)) {
    throw new TypeError(
      'mutualTls: clientCertificate must answer with { certificate }, a Uint8Array or a string; answer undefined when the client sent no certificate',
    )
  }
  const der = typeof certificate === 'string' ? decodeText(certificate) : new Uint8Array(certificate)
  if (der === undefined || der.length === 0 || der.length > longest)
    throw invalid('the client certificate cannot be read')
  return der
}

function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === '[object Uint8Array]'
}

/** Decodes one PEM block, or the byte sequence of RFC 9440; `undefined` for other text. */
function decodeText(text: string): Bytes | undefined {
  if (text.length > longestText) return undefined
  const pem = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(text)
  const base64 = pem?.[1]?.replace(/\s/g, '') ?? /^:([A-Za-z0-9+/]+={0,2}):$/.exec(text)?.[1]
  try {
    return base64 === undefined ? undefined : Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
