import type { ClientCertificate } from './client-certificate.ts'

/** The members of a `TLSSocket` of Node that are read. */
interface TlsSocket {
  readonly authorized?: unknown
  readonly getPeerCertificate?: () => { readonly raw?: unknown } | null | undefined
}

/**
 * Returns the client certificate of a TLS connection that Node itself accepted (an `https` server with `requestCert: true`). A
 * socket without TLS, or without a certificate, gives `undefined`. `authorized` of the socket says whether the chain was
 * verified: set the option `ca` of the server to the authorities of your clients, or Node takes every public one.
 * @example
 * ```ts
 * mutualTls({ clientCertificate: (request) => socketCertificate(expressRequest(request)?.socket) })
 * ```
 */
export function socketCertificate(socket: object | undefined): ClientCertificate | undefined {
  const { authorized, getPeerCertificate } = (socket ?? {}) as TlsSocket
  if (typeof getPeerCertificate !== 'function') return undefined
  const raw = getPeerCertificate.call(socket)?.raw
  if (raw === undefined || raw === null) return undefined
  return { certificate: raw as Uint8Array, chainVerified: authorized === true }
}
