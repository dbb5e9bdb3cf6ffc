import * as v from 'valibot'
import { checkTrust, outsideApprovals } from '../../assertions/trust.ts'
import type { Feature } from '../../contracts/feature.ts'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import { idJag } from '../../protocol/id-jag.ts'
import { issuerSchema, readTrust } from './entries.ts'
import { jwtBearerGrant } from './grant-type.ts'
import type {
  AssertedAccess,
  AssertedClient,
  AssertedUser,
  AssertionClaims,
  AssertionIssuer,
  AssertionRequest,
  JwtBearerOptions,
  TrustedIssuer,
  UserIssuer,
  WorkloadIssuer,
} from './options.ts'

export type {
  AssertedAccess,
  AssertedClient,
  AssertedUser,
  AssertionClaims,
  AssertionIssuer,
  AssertionRequest,
  JwtBearerOptions,
  TrustedIssuer,
  UserIssuer,
  WorkloadIssuer,
}

declare module '../../protocol/feature-client-metadata.ts' {
  interface GrantTypeNames {
    'urn:ietf:params:oauth:grant-type:jwt-bearer': true
  }
}

const entries = { issuers: v.pipe(v.array(issuerSchema), v.nonEmpty('must not be empty')) }

/**
 * A feature that gives access tokens for assertions of other issuers: JWTs about users or workloads ({@link
 * https://www.rfc-editor.org/rfc/rfc7523#section-2.1 RFC 7523 section 2.1}), and ID-JAGs of enterprise identity
 * providers, as the extension "Enterprise-Managed Authorization" of MCP needs them ({@link
 * https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/ ID-JAG}). The user is not asked:
 * the entry in `issuers` is the consent.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * const provider = createProvider({
 *   features: [
 *     jwtBearer({
 *       issuers: [
 *         {
 *           profile: 'id-jag',
 *           issuer: 'https://acme.idp.example',
 *           jwksUri: 'https://acme.idp.example/jwks',
 *           mapClaims: async ({ sub }) => {
 *             const account = await accounts.findBySso('https://acme.idp.example', String(sub))
 *             return account && { userId: account.id }
 *           },
 *         },
 *       ],
 *     }),
 *   ],
 *   ...
 * })
 * ```
 */
export function jwtBearer(options: JwtBearerOptions): Feature<'jwtBearer'> {
  const trusted = readTrust(parseFeatureOptions('jwtBearer', entries, options).issuers)
  const acceptsIdJag = trusted.some(({ profile }) => profile === 'id-jag')
  return Object.freeze<Feature<'jwtBearer'>>({
    name: 'jwtBearer',
    start(core) {
      checkTrust('jwtBearer: issuers', trusted, core.config)
      return {
        grantTypes: [jwtBearerGrant(trusted)],
        outsideApprovals: outsideApprovals(trusted),
        // The profile alone: whom this server trusts is not for the public.
        ...(acceptsIdJag && { serverMetadata: { authorization_grant_profiles_supported: [idJag.profile] } }),
      }
    },
  })
}
