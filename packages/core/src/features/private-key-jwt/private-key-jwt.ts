import * as v from 'valibot'
import { jwksMetadata } from '../../clients/jwks.ts'
import type { ClientMetadataPart } from '../../contracts/client-metadata-part.ts'
import type { Feature } from '../../contracts/feature.ts'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import type { ClientMetadata } from '../../protocol/client-metadata.ts'
import { type ClientSigningAlgorithm, clientSigningAlgorithms } from '../../protocol/client-signing-algorithm.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { webHost } from '../../protocol/web-host.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { type AudienceRule, defaultLifetimes } from './check-assertion.ts'
import { clientSecretJwtMethod, privateKeyJwtMethod } from './methods.ts'

export type { AudienceRule }

declare module '../../protocol/feature-client-metadata.ts' {
  interface ClientAuthMethodNames {
    private_key_jwt: true
    /** With the option `clientSecretJwt`. */
    client_secret_jwt: true
  }
}

/** The options of `privateKeyJwt`. */
export interface PrivateKeyJwtOptions {
  /**
   * Which values of `aud` are accepted in an assertion, as a string or as a list with that string alone. `issuer`: only
   * this server's issuer. Nobody can then use an assertion for another server here, or the other way round.
   * `issuer-string`: the same, and no list ({@link https://openid.net/specs/fapi-security-profile-2_0-final.html FAPI 2.0}).
   * `endpoints`: also the URL of an endpoint at which clients authenticate, or a list of only such values, for clients from
   * before {@link https://datatracker.ietf.org/doc/draft-ietf-oauth-rfc7523bis/ RFC 7523bis} (Authlib, zitadel/oidc, Nimbus)
   * and the certification suites of OpenID Connect; an assertion may then live for an hour. A function returns the rule for
   * each client. Default: `endpoints` for client documents of `chatgpt.com`, which addresses its assertions to the token
   * endpoint, and `issuer` for all other clients.
   */
  readonly audiences?: AudienceRule | ((client: ClientRecord) => AudienceRule) | undefined
  /** The algorithms that assertions may be signed with. Default: `RS256`, `PS256`, `ES256`, `EdDSA`, `Ed25519`. */
  readonly signingAlgorithms?: readonly ClientSigningAlgorithm[] | undefined
  /**
   * The longest time until `exp`, in seconds. The server remembers an assertion for as long. Default: 3600 for clients whose
   * assertions may name an endpoint (`audiences`), which sign for an hour, and 600 for others.
   */
  readonly maxLifetimeSeconds?: number | undefined
  /**
   * Whether clients may also authenticate with `client_secret_jwt`. Their secrets are then stored sealed (encrypted
   * with the provider's `secret`), beside the hash. Default `false`.
   */
  readonly clientSecretJwt?: boolean | undefined
}

const audienceRules = Object.keys(defaultLifetimes) as readonly AudienceRule[]

const entries = {
  audiences: v.optional(
    v.union([v.picklist(audienceRules), v.function()], 'must be issuer, issuer-string, endpoints or a function'),
    () => defaultAudiences,
  ),
  signingAlgorithms: v.optional(v.pipe(v.array(v.picklist(clientSigningAlgorithms)), v.nonEmpty('must not be empty')), [
    ...clientSigningAlgorithms,
  ]),
  maxLifetimeSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  clientSecretJwt: v.optional(v.boolean(), false),
}

/** The hosts of client documents whose software is known to send assertions with the token endpoint as `aud`. */
const hostsThatNameEndpoints: ReadonlySet<string> = new Set(['chatgpt.com'])

function defaultAudiences({ id, registeredBy }: ClientRecord): AudienceRule {
  const host = registeredBy === 'document' ? webHost(id)?.host : undefined
  return host !== undefined && hostsThatNameEndpoints.has(host) ? 'endpoints' : 'issuer'
}

/**
 * A feature with which clients authenticate by a JWT that they sign themselves, so that they share no secret with the
 * server ({@link https://www.rfc-editor.org/rfc/rfc7523#section-2.2 RFC 7523 section 2.2}, {@link
 * https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication OpenID Connect Core section 9}).
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * const provider = createProvider({ features: [privateKeyJwt()], ... })
 * await provider.registerClient({
 *   token_endpoint_auth_method: 'private_key_jwt',
 *   jwks_uri: 'https://app.example.com/jwks.json',
 *   redirect_uris: ['https://app.example.com/callback'],
 * })
 * ```
 */
export function privateKeyJwt(options: PrivateKeyJwtOptions = {}): Feature<'privateKeyJwt'> {
  const { audiences, clientSecretJwt, ...parsed } = parseFeatureOptions('privateKeyJwt', entries, options)
  const rules = {
    ...parsed,
    audienceRule: (client: ClientRecord): AudienceRule =>
      typeof audiences === 'function'
        ? requireRule((audiences as (client: ClientRecord) => unknown)(client))
        : audiences,
  }
  const secretAlgorithms = clientSecretJwt ? ['HS256'] : []
  const algorithms = [...parsed.signingAlgorithms, ...secretAlgorithms]
  return Object.freeze<Feature<'privateKeyJwt'>>({
    name: 'privateKeyJwt',
    start: () => ({
      clientAuthMethods: [privateKeyJwtMethod(rules), ...(clientSecretJwt ? [clientSecretJwtMethod(rules)] : [])],
      clientMetadata: [jwksMetadata, assertionMetadata(parsed.signingAlgorithms, secretAlgorithms)],
      serverMetadata: {
        token_endpoint_auth_signing_alg_values_supported: algorithms,
        revocation_endpoint_auth_signing_alg_values_supported: algorithms,
        introspection_endpoint_auth_signing_alg_values_supported: algorithms,
      },
    }),
  })
}

/** Checks the answer of the host's function. A missing answer must not count as the wider rule. */
function requireRule(answer: unknown): AudienceRule {
  if (audienceRules.includes(answer as AudienceRule)) return answer as AudienceRule
  throw new TypeError('privateKeyJwt: audiences must answer with issuer, issuer-string or endpoints for each client')
}

function assertionMetadata(keyAlgorithms: readonly string[], secretAlgorithms: readonly string[]): ClientMetadataPart {
  return {
    members: { token_endpoint_auth_signing_alg: v.pipe(v.string(), v.maxLength(32)) },
    check(_ctx, metadata) {
      const method = metadata.token_endpoint_auth_method
      if (method === 'private_key_jwt' && metadata.jwks === undefined && metadata.jwks_uri === undefined) {
        throw invalid('private_key_jwt needs jwks or jwks_uri')
      }
      const algorithm = metadata.token_endpoint_auth_signing_alg
      if (algorithm === undefined) return
      const allowed = allowedAlgorithms(metadata, keyAlgorithms, secretAlgorithms)
      if (!allowed.includes(algorithm))
        throw invalid(`unsupported token_endpoint_auth_signing_alg ${algorithm}; use ${allowed.join(', ')}`)
    },
  }
}

function allowedAlgorithms(
  { token_endpoint_auth_method: method }: ClientMetadata,
  keyAlgorithms: readonly string[],
  secretAlgorithms: readonly string[],
): readonly string[] {
  if (method === 'private_key_jwt') return keyAlgorithms
  // For a method without a signature the algorithm has no meaning.
  return method === 'client_secret_jwt' ? secretAlgorithms : [...keyAlgorithms, ...secretAlgorithms]
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
