import * as v from 'valibot'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import type { ClientCertificate } from './client-certificate.ts'

/** The options of `certificateFromHeader`. */
export interface CertificateHeaderOptions {
  /** The name of the header in which your proxy sends the certificate. It has no default. */
  readonly name: string
  /**
   * The form of the value. `escaped-pem`: PEM with percent encoding (`$ssl_client_escaped_cert` of nginx,
   * `%DOWNSTREAM_PEER_CERT%` of Envoy). `rfc9440`: the header `Client-Cert` of {@link
   * https://www.rfc-editor.org/rfc/rfc9440#section-2.2 RFC 9440}. `base64`: DER in base64.
   */
  readonly format: 'escaped-pem' | 'rfc9440' | 'base64'
  /**
   * Whether the proxy verified the chain. `true`: it lets only verified certificates through. `false`: it verifies none. Or
   * the header, and its value, with which the proxy says so for each request (`$ssl_client_verify` of nginx is `SUCCESS`).
   */
  readonly chainVerified: boolean | { readonly header: string; readonly value: string }
}

const headerName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header'))

const entries = {
  name: headerName,
  format: v.picklist(['escaped-pem', 'rfc9440', 'base64'], 'must be escaped-pem, rfc9440 or base64'),
  chainVerified: v.union(
    [v.boolean(), v.strictObject({ header: headerName, value: v.pipe(v.string(), v.nonEmpty()) })],
    'must be true, false or { header, value }',
  ),
}

/**
 * Makes a function that reads the client certificate from a header of your proxy. Use it only when the proxy sets the header
 * in every request and removes it, and the one of `chainVerified`, from what clients send, and when clients cannot reach
 * this server around the proxy: whoever can send the header has every client's certificate.
 * @throws {TypeError} when an option is unknown, missing or wrong
 * @example
 * ```ts
 * // nginx: proxy_set_header X-Client-Cert $ssl_client_escaped_cert; proxy_set_header X-Client-Verify $ssl_client_verify;
 * mutualTls({
 *   clientCertificate: certificateFromHeader({
 *     name: 'X-Client-Cert',
 *     format: 'escaped-pem',
 *     chainVerified: { header: 'X-Client-Verify', value: 'SUCCESS' },
 *   }),
 * })
 * ```
 */
export function certificateFromHeader(
  options: CertificateHeaderOptions,
): (request: { readonly headers: Headers }) => ClientCertificate | undefined {
  const { name, format, chainVerified } = parseFeatureOptions('certificateFromHeader', entries, options)
  return ({ headers }) => {
    const value = headers.get(name)
    // nginx sends an empty header when there is no certificate.
    if (value === null || value === '') return undefined
    return {
      certificate: toText(value, format),
      chainVerified:
        typeof chainVerified === 'boolean' ? chainVerified : headers.get(chainVerified.header) === chainVerified.value,
    }
  }
}

/** Two headers arrive joined by a comma, which no form contains, so they give a certificate that cannot be read. */
function toText(value: string, format: CertificateHeaderOptions['format']): string {
  if (format === 'rfc9440') return value.startsWith(':') ? value : 'no byte sequence'
  if (format === 'base64') return `:${value}:`
  try {
    return decodeURIComponent(value)
  } catch {
    return 'no percent encoding'
  }
}
