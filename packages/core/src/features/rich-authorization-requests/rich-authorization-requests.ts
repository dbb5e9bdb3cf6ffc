import * as v from 'valibot'
import type { AuthorizationParameter } from '../../contracts/authorization-parameter.ts'
import type { ClientMetadataPart } from '../../contracts/client-metadata-part.ts'
import type { Feature } from '../../contracts/feature.ts'
import { OAuthError, safeDescription } from '../../protocol/errors.ts'
import type { Rules } from './check-details.ts'
import { type CommonFields, type CommonValues, commonFields, coversCommonFields } from './common-fields.ts'
import type { AuthorizationDetails, DetailsOf, DetailsType, DetailsTypes, EnrichFacts } from './details-type.ts'
import { parseRules } from './options.ts'
import { detailsParameter, type ShownDetails } from './parameter.ts'
import { parameterName } from './parse.ts'
import type { SchemaIssue, SchemaOutput, SchemaResult, StandardSchema } from './standard-schema.ts'
import { detailsMember } from './token-member.ts'

export {
  type AuthorizationDetails,
  type CommonFields,
  type CommonValues,
  commonFields,
  coversCommonFields,
  type DetailsOf,
  type DetailsType,
  type DetailsTypes,
  type EnrichFacts,
  type SchemaIssue,
  type SchemaOutput,
  type SchemaResult,
  type ShownDetails,
  type StandardSchema,
}

declare module '../../protocol/feature-client-metadata.ts' {
  interface FeatureClientMetadata {
    /**
     * The types of authorization details that the client uses; the server refuses it any other ({@link
     * https://www.rfc-editor.org/rfc/rfc9396#section-10 RFC 9396 section 10}). For the feature
     * `rich-authorization-requests`. Default: every type of the server.
     */
    readonly authorization_details_types?: readonly string[]
  }
}

/** The options of `richAuthorizationRequests`. */
export interface RichAuthorizationRequestsOptions<Schemas extends Readonly<Record<string, StandardSchema>>> {
  /** The types of authorization details that the server has, by the value of `type`, which is compared exactly. */
  readonly types: DetailsTypes<Schemas>
}

/** The API of the feature, at `provider.features.richAuthorizationRequests`. */
export interface RichAuthorizationRequests {
  /**
   * Returns the authorization details to show on a page, typed: those that a client asks for, of
   * `provider.resolveLoginContext`, or those that a user has granted, of `provider.listGrants`.
   * @example
   * ```ts
   * const context = await provider.resolveLoginContext(request)
   * for (const { details, description } of provider.features.richAuthorizationRequests.shown(context)) ...
   * ```
   */
  shown(of: { readonly parameters?: Readonly<Record<string, unknown>> }): readonly ShownDetails[]
}

/**
 * A feature that lets clients say in detail what they ask for, in JSON objects whose types you define: this payment, these
 * accounts ({@link https://www.rfc-editor.org/rfc/rfc9396 RFC 9396}). The user sees the details on the consent page, may
 * grant a part of them, and tokens and introspection tell the API what was granted.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * const provider = createProvider({
 *   features: [
 *     richAuthorizationRequests({
 *       types: {
 *         payment_initiation: {
 *           schema: v.strictObject({ amount: v.string(), currency: v.string(), creditor: v.string() }),
 *           describe: ({ amount, currency, creditor }) => `Pay ${amount} ${currency} to ${creditor}`,
 *           locations: ['https://payments.example.com'],
 *         },
 *       },
 *     }),
 *   ],
 *   ...
 * })
 * ```
 */
export function richAuthorizationRequests<const Schemas extends Readonly<Record<string, StandardSchema>>>(
  options: RichAuthorizationRequestsOptions<Schemas>,
): Feature<'richAuthorizationRequests', RichAuthorizationRequests> {
  const rules = parseRules(options)
  return Object.freeze<Feature<'richAuthorizationRequests', RichAuthorizationRequests>>({
    name: 'richAuthorizationRequests',
    start: (core) => ({
      authorizationParameters: [detailsParameter(core, rules) as AuthorizationParameter],
      tokenMembers: [detailsMember(rules)],
      clientMetadata: [clientMetadata(rules)],
      errors: { invalid_authorization_details: 400 },
      serverMetadata: { authorization_details_types_supported: [...rules.keys()] },
      api: {
        shown: ({ parameters }) => (parameters?.[parameterName] as readonly ShownDetails[] | undefined) ?? [],
      },
    }),
  })
}

function clientMetadata(rules: Rules): ClientMetadataPart {
  return {
    members: { authorization_details_types: v.array(v.string()) },
    check(_ctx, { authorization_details_types: types = [] }) {
      const unknown = types.find((type) => !rules.has(type))
      if (unknown === undefined) return
      throw new OAuthError(
        'invalid_client_metadata',
        `authorization_details_types has ${safeDescription(unknown)}, which is not in authorization_details_types_supported`,
      )
    },
  }
}
