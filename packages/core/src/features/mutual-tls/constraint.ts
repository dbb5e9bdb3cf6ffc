import type { Context } from '../../contracts/context.ts'
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
  { config }: Core,
  rules: MutualTlsRules,
  certificateOf: CertificateOf,
): SenderConstraint {
  const tokenEndpoint = config.issuer + endpointPaths.token
  return {
    confirmation,
    tokenType: 'Bearer',
    async prove(ctx, request, { endpoint, client, accessToken }) {
      if (accessToken === undefined && (client === undefined || !binds(ctx, rules, client, request))) return undefined
      const certificate = await certificateOf(request)
      if (typeof certificate === 'object') return { confirmation: certificate.thumbprint }
      // Where a token is presented, a certificate that cannot be used is none, and the token decides whether it needs one.
      if (accessToken !== undefined || endpoint !== tokenEndpoint) return undefined
      // A profile takes other keys as well, and says so itself.
      if (client !== undefined && !wantsBoundTokens(rules, client)) return undefined
      throw missing(certificate === undefined ? undefined : `the certificate ${certificate}`)
    },
    checkIssuance(_ctx, { client, resources, binding }) {
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

/**
 * Whether the tokens of this request are to be bound to the certificate of its connection. A client that did not ask for that
 * may use them at a resource that never sees its certificate. Where a profile demands a key, it is the certificate of a
 * request that proves no other key.
 * @throws {OAuthError} `invalid_request` when a client that asked for it proves another key
 */
function binds(ctx: Context, rules: MutualTlsRules, client: ClientRecord, request: Request): boolean {
  const other = hasOtherProof(ctx, request)
  if (!wantsBoundTokens(rules, client)) return demandsKey(ctx, client) && !other
  if (other) throw twoKeys()
  return true
}

/** Whether a security profile of the client demands tokens that are bound to a key, and takes a certificate for one. */
function demandsKey(ctx: Context, client: ClientRecord): boolean {
  return demandsOn(ctx, client).senderConstraints?.includes(confirmation) === true
}

/** Whether the request has the header of another constraint, for instance `DPoP`. */
function hasOtherProof({ registry }: Context, request: Request): boolean {
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
