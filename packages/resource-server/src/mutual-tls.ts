import { type ClientCertificateReader, certificateBytes } from './client-certificate.ts'
import { encodeBase64url } from './digest.ts'
import { refuseUnknownOptions } from './options.ts'
import type { SenderConstraint } from './sender-constraint.ts'

export interface MutualTlsOptions {
  /**
   * Returns the client certificate of a request, or `undefined` when the client sent none. No header is read by itself: any
   * client could send it. `socketCertificate` and `certificateFromHeader` make such functions for common deployments.
   */
  readonly clientCertificate: ClientCertificateReader
  /** Whether this resource refuses tokens that are not bound to a certificate. Default `false`: bearer tokens work as well. */
  readonly required?: boolean
}

/**
 * The sender constraint of mutual TLS: a token that is bound to a certificate works only over a connection with that
 * certificate ({@link https://www.rfc-editor.org/rfc/rfc8705#section-3 RFC 8705 section 3}). The metadata document says
 * `tls_client_certificate_bound_access_tokens`.
 * @throws {TypeError} when an option is unknown, missing or wrong
 * @example
 * const api = protectedResource({
 *   resource: 'https://api.example.com',
 *   authorizationServer: 'https://id.example.com/auth',
 *   senderConstraints: [
 *     mutualTls({ clientCertificate: ({ incoming }) => socketCertificate((incoming as IncomingMessage).socket) }),
 *   ],
 * })
 */
export function mutualTls(options: MutualTlsOptions): SenderConstraint {
  refuseUnknownOptions('mutualTls', options, ['clientCertificate', 'required'])
  const { clientCertificate, required = false } = options
  if (typeof clientCertificate !== 'function') {
    throw new TypeError(
      'mutualTls: clientCertificate must be a function that returns the client certificate of a request',
    )
  }
  if (typeof required !== 'boolean') throw new TypeError('mutualTls: required must be true or false')
  return Object.freeze<SenderConstraint>({
    confirmation: 'x5t#S256',
    scheme: 'Bearer',
    required,
    metadata: { tlsClientCertificateBoundAccessTokens: true },
    async prove(request) {
      const der = certificateBytes(await clientCertificate(request))
      if (der === undefined) return undefined
      return { confirmation: encodeBase64url(await crypto.subtle.digest('SHA-256', der)) }
    },
  })
}
