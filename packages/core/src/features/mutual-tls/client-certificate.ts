import type { Awaitable } from '../../storage/awaitable.ts'

/** The certificate that a client presented in the TLS handshake of a request. */
export interface ClientCertificate {
  /**
   * The certificate of the client alone, without its chain: DER, PEM, or the byte sequence of {@link
   * https://www.rfc-editor.org/rfc/rfc9440#section-2.2 RFC 9440} (`:MIIB…:`).
   */
  readonly certificate: Uint8Array | string
  /**
   * Whether the TLS layer verified the chain up to one of the trust anchors that you chose for clients. `tls_client_auth`
   * needs `true`. Self-signed certificates and bound tokens work with `false`.
   */
  readonly chainVerified: boolean
}

/**
 * A function of the host that returns the client certificate of a request, or `undefined` when the client sent none. Only
 * the TLS layer may be its source: a header is safe only when your proxy sets it in every request and removes it from what
 * clients send.
 */
export type ClientCertificateReader = (request: Request) => Awaitable<ClientCertificate | undefined>

/**
 * Checks the answer of the host's function. A wrong answer is a mistake of the host and no error of the client.
 * @throws {TypeError} that says what to answer
 */
export function checkClientCertificate(answer: unknown): ClientCertificate | undefined {
  if (answer === undefined || answer === null) return undefined
  const { certificate, chainVerified } = answer as Partial<ClientCertificate>
  if (typeof certificate !== 'string' && !isBytes(certificate)) {
    throw new TypeError(
      'mutualTls: clientCertificate must answer with { certificate, chainVerified }, where certificate is a Uint8Array or a string; answer undefined when the client sent no certificate',
    )
  }
  if (typeof chainVerified === 'boolean') return { certificate, chainVerified }
  throw new TypeError('mutualTls: clientCertificate must answer with chainVerified: true or false')
}

/** Tells whether a value is a `Uint8Array`, also one of another realm. */
function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === '[object Uint8Array]'
}
