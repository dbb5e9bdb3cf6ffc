import type { ClientAuthMethod } from '../../contracts/client-auth-method.ts'
import type { ClientMetadata } from '../../protocol/client-metadata.ts'
import { alternativeNameMembers, normalizeAlternativeName } from './alternative-names.ts'
import { normalSubject } from './client-metadata.ts'
import type { CertificateOf, PresentedCertificate } from './presented-certificate.ts'
import { isRegisteredCertificate } from './registered-certificates.ts'

/**
 * The method `tls_client_auth`: a certificate whose chain the TLS layer has verified, and whose subject is the registered
 * one ({@link https://www.rfc-editor.org/rfc/rfc8705#section-2.1 RFC 8705 section 2.1}).
 */
export function tlsClientAuth(certificateOf: CertificateOf): ClientAuthMethod {
  return {
    name: 'tls_client_auth',
    inConnection: true,
    collect: () => undefined,
    async verify(_ctx, client, _presented, request) {
      const certificate = await certificateOf(request)
      const problem = problemOf(certificate)
      if (client === undefined || typeof certificate !== 'object') return problem
      if (!certificate.chainVerified) return 'the TLS layer has not verified the chain of the certificate'
      return isSubject(client.metadata, certificate) || 'the certificate has another subject than the registered one'
    },
  }
}

/**
 * The method `self_signed_tls_client_auth`: a certificate that the client has registered with its keys. Nobody verifies
 * its chain ({@link https://www.rfc-editor.org/rfc/rfc8705#section-2.2 RFC 8705 section 2.2}).
 */
export function selfSignedTlsClientAuth(certificateOf: CertificateOf): ClientAuthMethod {
  return {
    name: 'self_signed_tls_client_auth',
    inConnection: true,
    collect: () => undefined,
    async verify(ctx, client, _presented, request) {
      const certificate = await certificateOf(request)
      if (client === undefined || typeof certificate !== 'object') return problemOf(certificate)
      return isRegisteredCertificate(ctx, client, certificate)
    },
  }
}

function problemOf(certificate: PresentedCertificate | string | undefined): string {
  return typeof certificate === 'string' ? `the certificate ${certificate}` : 'the request has no client certificate'
}

/** Whether the certificate has the one name that the client has registered. */
function isSubject(metadata: ClientMetadata, { subject, alternativeNames }: PresentedCertificate): boolean {
  const { tls_client_auth_subject_dn: name } = metadata
  if (name !== undefined) return subject !== undefined && normalSubject(name) === subject
  return alternativeNameMembers.some((member) => {
    const registered = metadata[member]
    const expected = registered === undefined ? undefined : normalizeAlternativeName(member, registered)
    if (expected === undefined) return false
    return alternativeNames[member].some((one) => normalizeAlternativeName(member, one) === expected)
  })
}
