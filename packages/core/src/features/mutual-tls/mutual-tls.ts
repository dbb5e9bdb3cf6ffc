import { jwksMetadata } from '../../clients/jwks.ts'
import type { Core } from '../../contracts/core.ts'
import type { Feature } from '../../contracts/feature.ts'
import type { Registry } from '../../contracts/registry.ts'
import { type CertificateHeaderOptions, certificateFromHeader } from './certificate-from-header.ts'
import type { ClientCertificate, ClientCertificateReader } from './client-certificate.ts'
import { certificateMetadata } from './client-metadata.ts'
import { certificateConstraint } from './constraint.ts'
import { checkAliasOrigin, endpointAliases } from './endpoint-aliases.ts'
import { selfSignedTlsClientAuth, tlsClientAuth } from './methods.ts'
import { type MutualTlsOptions, type MutualTlsRules, parseMutualTlsOptions } from './options.ts'
import { certificateOfRequest } from './presented-certificate.ts'
import { socketCertificate } from './socket-certificate.ts'

export type { CertificateHeaderOptions, ClientCertificate, ClientCertificateReader, MutualTlsOptions }
export { certificateFromHeader, socketCertificate }

declare module '../../protocol/feature-client-metadata.ts' {
  interface ClientAuthMethodNames {
    /** {@link https://www.rfc-editor.org/rfc/rfc8705#section-2.1 RFC 8705 section 2.1} */
    tls_client_auth: true
    /** {@link https://www.rfc-editor.org/rfc/rfc8705#section-2.2 RFC 8705 section 2.2} */
    self_signed_tls_client_auth: true
  }
  interface FeatureClientMetadata {
    /**
     * The subject of the client's certificate, as RFC 4514 writes it: `CN=client,O=Example,C=DE`. A client with
     * `tls_client_auth` registers exactly one of this member and the four that follow ({@link
     * https://www.rfc-editor.org/rfc/rfc8705#section-2.1.2 RFC 8705 section 2.1.2}). For the feature `mutual-tls`.
     */
    readonly tls_client_auth_subject_dn?: string
    /** A DNS name among the subject alternative names of the client's certificate. For the feature `mutual-tls`. */
    readonly tls_client_auth_san_dns?: string
    /** A URI among the subject alternative names of the client's certificate. For the feature `mutual-tls`. */
    readonly tls_client_auth_san_uri?: string
    /** An IP address among the subject alternative names of the client's certificate. For the feature `mutual-tls`. */
    readonly tls_client_auth_san_ip?: string
    /** An email address among the subject alternative names of the client's certificate. For the feature `mutual-tls`. */
    readonly tls_client_auth_san_email?: string
  }
}

/**
 * A feature with which clients authenticate by a TLS certificate, and bind their access tokens to it, so that a stolen token
 * is useless ({@link https://www.rfc-editor.org/rfc/rfc8705 RFC 8705, mutual TLS}). Your TLS layer asks for the certificate
 * and verifies its chain; the server compares it with what the client has registered. It parses certificates with the
 * packages `@peculiar/asn1-schema` and `@peculiar/asn1-x509`, which you install beside it.
 * @throws {TypeError} when an option is unknown, missing or wrong
 * @example
 * ```ts
 * const provider = createProvider({
 *   features: [
 *     mutualTls({
 *       clientCertificate: (request) => socketCertificate(expressRequest(request)?.socket),
 *       endpointAliases: 'https://mtls.example.com',
 *     }),
 *   ],
 *   ...
 * })
 * await provider.registerClient({
 *   token_endpoint_auth_method: 'tls_client_auth',
 *   tls_client_auth_subject_dn: 'CN=reports,O=Example,C=DE',
 *   tls_client_certificate_bound_access_tokens: true,
 *   grant_types: ['client_credentials'],
 * })
 * ```
 */
export function mutualTls(options: MutualTlsOptions): Feature<'mutualTls'> {
  const rules = parseMutualTlsOptions(options)
  return Object.freeze<Feature<'mutualTls'>>({
    name: 'mutualTls',
    start(core) {
      checkResources(core, rules)
      const { endpointAliases: origin, clientCertificate } = rules
      if (origin !== undefined) checkAliasOrigin(origin, core.config.issuer)
      const certificateOf = certificateOfRequest(core, clientCertificate)
      return {
        clientAuthMethods: [tlsClientAuth(certificateOf), selfSignedTlsClientAuth(certificateOf)],
        senderConstraints: [certificateConstraint(core, rules, certificateOf)],
        clientMetadata: [jwksMetadata, certificateMetadata],
        serverMetadata: {
          tls_client_certificate_bound_access_tokens: true,
          ...(origin !== undefined && {
            mtls_endpoint_aliases: (registry: Registry) => endpointAliases(core.config, registry, origin),
          }),
        },
      }
    },
  })
}

/** @throws {TypeError} for a resource that the server does not have: its tokens would silently stay unbound */
function checkResources({ config }: Core, { requiredForResources }: MutualTlsRules): void {
  const unknown = requiredForResources.find((resource) => !config.validAudiences.includes(resource))
  if (unknown === undefined) return
  throw new TypeError(`mutualTls: requiredForResources has ${unknown}, which is not in validAudiences: add it there`)
}
