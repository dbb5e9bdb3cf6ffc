import type { Core } from '../../contracts/core.ts'
import { sha256OfBytes } from '../../crypto/hash.ts'
import { type CertificateContent, parseCertificate } from './certificate.ts'
import { type ClientCertificate, type ClientCertificateReader, checkClientCertificate } from './client-certificate.ts'
import { decodeCertificate } from './decode-certificate.ts'

/** A certificate of a request that can be read and is valid now. */
export interface PresentedCertificate extends CertificateContent {
  readonly der: Uint8Array
  /** SHA-256 of the DER, in base64url: the value of `x5t#S256` ({@link https://www.rfc-editor.org/rfc/rfc8705#section-3.1 RFC 8705 section 3.1}). */
  readonly thumbprint: string
  readonly chainVerified: boolean
}

/**
 * Reads the client certificate of a request.
 * @returns `undefined` when there is none; a text when it cannot be used, which completes "the certificate"
 * @throws {TypeError} when the answer of the host's function is wrong
 */
export type CertificateOf = (request: Request) => Promise<PresentedCertificate | string | undefined>

/** The most certificates whose content is remembered: clients send the same one with each request. */
const mostRemembered = 200

export function certificateOfRequest({ clock }: Core, clientCertificate: ClientCertificateReader): CertificateOf {
  const contents = new Map<string, CertificateContent>()

  const contentOf = (thumbprint: string, der: Uint8Array): CertificateContent | undefined => {
    const content = contents.get(thumbprint) ?? parseCertificate(der)
    if (content === undefined || contents.has(thumbprint)) return content
    if (contents.size >= mostRemembered) contents.delete(contents.keys().next().value as string)
    contents.set(thumbprint, content)
    return content
  }

  const read = async ({ certificate, chainVerified }: ClientCertificate): Promise<PresentedCertificate | string> => {
    const der = decodeCertificate(certificate)
    if (typeof der === 'string') return der
    const thumbprint = await sha256OfBytes(new Uint8Array(der))
    const content = contentOf(thumbprint, der)
    if (content === undefined) return 'is no X.509 certificate'
    const now = clock.now()
    if (now < content.notBefore) return 'is not valid yet'
    if (now > content.notAfter) return 'has expired'
    return Object.assign({}, content, { der, thumbprint, chainVerified })
  }

  return async (request) => {
    const given = checkClientCertificate(await clientCertificate(request))
    return given && read(given)
  }
}
