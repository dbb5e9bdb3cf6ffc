import type { ClientCertificate } from './client-certificate.ts'
import { refuseUnknownOptions } from './options.ts'

export interface CertificateHeaderOptions {
  /** The name of the header in which your proxy sends the certificate. It has no default. */
  readonly name: string
  /**
   * The form of the value. `escaped-pem`: PEM with percent encoding (`$ssl_client_escaped_cert` of nginx,
   * `%DOWNSTREAM_PEER_CERT%` of Envoy). `rfc9440`: the header `Client-Cert` of {@link
   * https://www.rfc-editor.org/rfc/rfc9440#section-2.2 RFC 9440}. `base64`: DER in base64.
   */
  readonly format: 'escaped-pem' | 'rfc9440' | 'base64'
}

const formats: readonly string[] = ['escaped-pem', 'rfc9440', 'base64']

/**
 * Makes a function that reads the client certificate from a header of your proxy. Use it only when the proxy sets the header
 * in every request and removes it from what clients send, and when clients cannot reach this server around the proxy.
 * @throws {TypeError} when an option is unknown, missing or wrong
 * @example
 * mutualTls({ clientCertificate: certificateFromHeader({ name: 'X-Client-Cert', format: 'escaped-pem' }) })
 */
export function certificateFromHeader(
  options: CertificateHeaderOptions,
): (request: { readonly headers: Headers }) => ClientCertificate | undefined {
  refuseUnknownOptions('certificateFromHeader', options, ['name', 'format'])
  const { name, format } = options
  if (typeof name !== 'string' || !/^[A-Za-z0-9-]+$/.test(name)) {
    throw new TypeError('certificateFromHeader: name must be the name of a header')
  }
  if (!formats.includes(format))
    throw new TypeError(`certificateFromHeader: format must be one of ${formats.join(', ')}`)
  return ({ headers }) => {
    const value = headers.get(name)
    // nginx sends an empty header when there is no certificate.
    return value === null || value === '' ? undefined : { certificate: toText(value, format) }
  }
}

/** Two headers arrive joined by a comma, which no form contains, so they give a certificate that cannot be read. */
function toText(value: string, format: string): string {
  if (format === 'rfc9440') return value.startsWith(':') ? value : 'no byte sequence'
  if (format === 'base64') return `:${value}:`
  try {
    return decodeURIComponent(value)
  } catch {
    return 'no percent encoding'
  }
}
