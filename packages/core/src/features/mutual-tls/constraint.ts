import type { Core } from '../../contracts/core.ts'
import type { SenderConstraint } from '../../contracts/sender-constraint.ts'
import { demandsOn } from '../../policy/demands.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { MutualTlsRules } from './options.ts'
import type { CertificateOf } from './presented-certificate.ts'

/** The member of `cnf` for certificates ({@link https://www.rfc-editor.org/rfc/rfc8705#section-3.1 RFC 8705 section 3.1}). */
const confirmation = 'x5t#S256'

/** Binds access tokens to the client's certificate ({@link https://www.rfc-editor.org/rfc/rfc8705#section-3 RFC 8705 section 3}). */
export function certificateConstraint(
  core: Core,
  rules: MutualTlsRules,
  certificateOf: CertificateOf,
): SenderConstraint {
  const tokenEndpoint = core.config.issuer + endpointPaths.token
  return {
    confirmation,
    tokenType: 'Bearer',
    async prove(request, { endpoint, client, accessToken }) {
      // A client that did not ask for bound tokens may use them at a resource that never sees its certificate. Under a profile
      // that demands bound tokens there are no others: then its certificate counts, unless it proves another key.
      const wants = accessToken !== undefined || (client !== undefined && wantsBoundTokens(rules, client))
      if (!wants && !(isDemandedOf(core, client) && !hasOtherProof(core, request))) return undefined
      if (accessToken === undefined && hasOtherProof(core, request)) throw twoKeys()
      const certificate = await certificateOf(request)
      if (typeof certificate === 'object') return { confirmation: certificate.thumbprint }
      // Where a token is presented, a certificate that cannot be used is none, and the token decides whether it needs one.
      if (accessToken !== undefined || endpoint !== tokenEndpoint) return undefined
      // What the profile demands is checked with all constraints together.
      if (!wants) return undefined
      throw missing(certificate === undefined ? undefined : `the certificate ${certificate}`)
    },
    checkIssuance({ client, resources, binding }) {
      const names = Object.keys(binding?.cnf ?? {})
      if (names.includes(confirmation)) {
        if (names.length > 1) throw twoKeys()
        return
      }
      if (wantsBoundTokens(rules, client)) throw missing()
      const demanding = resources.find((resource) => rules.requiredForResources.includes(resource))
      if (demanding === undefined) return
      throw new OAuthError(
        'invalid_request',
        `access tokens for ${demanding} must be bound to a certificate: register tls_client_certificate_bound_access_tokens`,
      )
    },
  }
}

function wantsBoundTokens({ required }: MutualTlsRules, { metadata }: ClientRecord): boolean {
  return required || metadata.tls_client_certificate_bound_access_tokens === true
}

/** Whether a profile of the client demands bound tokens and takes certificates for that. */
function isDemandedOf(core: Core, client: ClientRecord | undefined): boolean {
  return client !== undefined && demandsOn(core, client).senderConstraints?.includes(confirmation) === true
}

/** Whether the request has the header of another constraint, for instance `DPoP`. */
function hasOtherProof({ registry }: Core, request: Request): boolean {
  return [...registry.senderConstraints.values()].some(({ requestHeaders = [] }) =>
    requestHeaders.some((header) => request.headers.has(header)),
  )
}

function twoKeys(): OAuthError {
  return new OAuthError(
    'invalid_request',
    'access tokens of this client are bound to its certificate: send no proof of another key',
  )
}

function missing(cause?: string): OAuthError {
  return new OAuthError(
    'invalid_request',
    'access tokens of this client must be bound to a certificate: send the request over mutual TLS with a valid certificate',
    { ...(cause !== undefined && { cause: new Error(cause) }) },
  )
}
