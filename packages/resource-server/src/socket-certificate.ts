import type { ClientCertificate } from './client-certificate.ts'

/**
 * Returns the client certificate of a TLS connection that Node itself accepted (an `https` server with `requestCert:
 * true`). A socket without TLS, or without a certificate, gives `undefined`.
 * @example
 * mutualTls({ clientCertificate: ({ incoming }) => socketCertificate((incoming as IncomingMessage).socket) })
 */
export function socketCertificate(socket: object | undefined): ClientCertificate | undefined {
  const { getPeerCertificate } = (socket ?? {}) as {
    readonly getPeerCertificate?: () => { readonly raw?: unknown } | null
  }
  if (typeof getPeerCertificate !== 'function') return undefined
  const raw = getPeerCertificate.call(socket)?.raw
  return raw === undefined || raw === null ? undefined : { certificate: raw as Uint8Array }
}
