import * as v from 'valibot'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import type { ClientCertificateReader } from './client-certificate.ts'

/** The options of `mutualTls`. */
export interface MutualTlsOptions {
  /**
   * Returns the client certificate of a request, or `undefined` when the client sent none. The server reads no header by
   * itself: any client could send it. `socketCertificate` and `certificateFromHeader` make such functions for common
   * deployments.
   */
  readonly clientCertificate: ClientCertificateReader
  /**
   * The origin, for instance `https://mtls.example.com`, at which the endpoints ask for certificates, so that browsers at
   * the issuer are never asked. The paths stay the same, and so do the issuer, `aud` of assertions and `htu` of DPoP.
   * Discovery publishes it as `mtls_endpoint_aliases`. Default: none, the issuer's own origin asks for certificates.
   */
  readonly endpointAliases?: string | undefined
  /**
   * Whether every client must bind its access tokens to a certificate, as if it had registered
   * `tls_client_certificate_bound_access_tokens`. Default `false`.
   */
  readonly required?: boolean | undefined
  /**
   * The resources, as `validAudiences` has them, whose access tokens must be bound to a certificate. Clients without
   * `tls_client_certificate_bound_access_tokens` get none for them. Default: none.
   */
  readonly requiredForResources?: readonly string[] | undefined
}

/** The options of `mutualTls` with their defaults. */
export interface MutualTlsRules {
  readonly clientCertificate: ClientCertificateReader
  readonly endpointAliases?: string | undefined
  readonly required: boolean
  readonly requiredForResources: readonly string[]
}

const entries = {
  clientCertificate: v.function('must be a function that returns the client certificate of a request'),
  endpointAliases: v.optional(v.string()),
  required: v.optional(v.boolean(), false),
  requiredForResources: v.optional(v.array(v.string()), []),
}

/** @throws {TypeError} when an option is unknown, missing or wrong */
export function parseMutualTlsOptions(options: MutualTlsOptions): MutualTlsRules {
  return parseFeatureOptions('mutualTls', entries, options) as MutualTlsRules
}
