import { jwksMetadata } from '../../clients/jwks.ts'
import type { Feature } from '../../contracts/feature.ts'
import { cibaEndpoint, cibaEndpointName } from './begin.ts'
import { cibaMetadata } from './client-metadata.ts'
import { type DecisionOutcome, decide } from './decide.ts'
import type { ApprovalSession, BackchannelApproval, BackchannelDecision, BackchannelDenial } from './decision.ts'
import { cibaGrant } from './grant-type.ts'
import { type CibaOptions, type DeliveryMode, type PromptLimit, parseCibaOptions, type UserHint } from './options.ts'
import { type BackchannelRequest, findShown, listShown } from './shown-request.ts'
import { kind } from './stored-request.ts'

export type {
  ApprovalSession,
  BackchannelApproval,
  BackchannelDecision,
  BackchannelDenial,
  BackchannelRequest,
  CibaOptions,
  DecisionOutcome,
  DeliveryMode,
  PromptLimit,
  UserHint,
}

declare module '../../protocol/feature-client-metadata.ts' {
  interface GrantTypeNames {
    'urn:openid:params:grant-type:ciba': true
  }
}

/** `provider.features.ciba` */
export interface Ciba {
  /**
   * Finds a request that waits, for your page. Show it only to its user (`userId`).
   * @param id `BackchannelRequest.id`
   * @returns `undefined` when there is no such request, or it was answered or has expired
   */
  find(id: string): Promise<BackchannelRequest | undefined>
  /** Lists the requests that wait for a user, the oldest first. */
  list(userId: string): Promise<readonly BackchannelRequest[]>
  /**
   * Answers a request for its user, in any process. Exactly one decision counts; the client gets its tokens, or the refusal,
   * with its next request; in the mode `push` they are sent to it, and `decide` does not wait for that. Call it only for a user who is signed in and has seen the request, on a page that is protected
   * against CSRF.
   * @param id `BackchannelRequest.id`
   * @throws {TypeError} for a decision that is not what its type says, or grants more than the client asked for
   * @throws {OAuthError} when the session is not what the request demands (`unmet_authentication_requirements`,
   * `login_required`: let the user sign in anew), or when a feature refuses the approval; the request waits on then
   * @example
   * ```ts
   * const outcome = await provider.features.ciba.decide(id, {
   *   approved: true,
   *   userId: user.id,
   *   session: { authTime: session.signedInAt, amr: ['pwd', 'otp'] },
   * })
   * if (outcome !== 'decided') return page('This request is over.')
   * ```
   */
  decide(id: string, decision: BackchannelDecision): Promise<DecisionOutcome>
}

/**
 * A feature for clients that want a user's approval without a browser at hand, for instance a till, a call centre or an agent:
 * the client asks, and the user answers on a device of their own ({@link
 * https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html OpenID Connect Client-Initiated
 * Backchannel Authentication}, CIBA). The pages are yours: `list` or `find` says what to show, and `decide` answers.
 * @throws {TypeError} when an option is unknown, missing or wrong
 * @example
 * ```ts
 * createProvider({
 *   features: [
 *     ciba({
 *       resolveUser: async ({ loginHint }) => (await users.findByEmail(loginHint))?.id,
 *       notifyUser: ({ userId, id }) => phone.send(userId, `https://id.example.com/approve/${id}`),
 *     }),
 *   ],
 *   ...
 * })
 * ```
 */
export function ciba(options: CibaOptions): Feature<'ciba', Ciba> {
  const rules = parseCibaOptions(options)
  return Object.freeze<Feature<'ciba', Ciba>>({
    name: 'ciba',
    start: (core) => ({
      endpoints: [cibaEndpoint(rules)],
      grantTypes: [cibaGrant],
      clientMetadata: [jwksMetadata, cibaMetadata(rules)],
      waitingRecords: [{ kind, lifetime: 2 * rules.maxLifetimeSeconds }],
      errors: {
        expired_login_hint_token: 400,
        unknown_user_id: 400,
        transaction_failed: 500,
        missing_user_code: 400,
        invalid_user_code: 400,
        invalid_binding_message: 400,
      },
      rateLimits: { [cibaEndpointName]: { address: 60, client: 600 } },
      serverMetadata: {
        backchannel_token_delivery_modes_supported: rules.deliveryModes,
        backchannel_user_code_parameter_supported: rules.verifyUserCode !== undefined,
        backchannel_authentication_request_signing_alg_values_supported: rules.signingAlgorithms,
      },
      api: {
        find: (id) => findShown(core, id),
        list: (userId) => listShown(core, userId),
        decide: (id, decision) => decide(core, rules, id, decision),
      },
    }),
  })
}
