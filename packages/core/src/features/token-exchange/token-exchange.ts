import * as v from 'valibot'
import type {
  AssertedAccess,
  AssertedUser,
  AssertionClaims,
  AssertionRequest,
} from '../../assertions/asserted-types.ts'
import { checkTrust, outsideApprovals } from '../../assertions/trust.ts'
import type { Core } from '../../contracts/core.ts'
import type { Feature } from '../../contracts/feature.ts'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import type { BaseUser } from '../../contracts/host.ts'
import { signsWithClientSecrets } from '../../policy/client-support.ts'
import { idJag } from '../../protocol/id-jag.ts'
import { accessTokenKind } from './access-token.ts'
import type {
  AccessTokenDecision,
  AccessTokenExchange,
  AccessTokenRequest,
  MayActFacts,
  SubjectTokenFacts,
  SubjectTokenIssuer,
} from './access-token-options.ts'
import { accessTokensSchema, readRules } from './access-token-rules.ts'
import type { Actor, MayAct } from './actor.ts'
import { actMember, mayActMember } from './actor-members.ts'
import type { TokenActor } from './actor-token.ts'
import { tokenExchangeGrant } from './grant-type.ts'
import { idJagKind } from './id-jag.ts'
import { type IdJagRules, idJagSchema } from './id-jag-policy.ts'
import type { IdJagAudience, IdJagDecision, IdJagOptions, IdJagRequest, TokenExchangeOptions } from './options.ts'

export type {
  AccessTokenDecision,
  AccessTokenExchange,
  AccessTokenRequest,
  Actor,
  AssertedAccess,
  AssertedUser,
  AssertionClaims,
  AssertionRequest,
  IdJagAudience,
  IdJagDecision,
  IdJagOptions,
  IdJagRequest,
  MayAct,
  MayActFacts,
  SubjectTokenFacts,
  SubjectTokenIssuer,
  TokenActor,
  TokenExchangeOptions,
}

declare module '../../protocol/feature-client-metadata.ts' {
  interface GrantTypeNames {
    'urn:ietf:params:oauth:grant-type:token-exchange': true
  }
}

const entries = { accessTokens: v.optional(accessTokensSchema), idJag: v.optional(idJagSchema) }

/**
 * A feature for token exchange ({@link https://www.rfc-editor.org/rfc/rfc8693 RFC 8693}). With `accessTokens`, an API or a
 * gateway exchanges the access token of its caller for one with which it calls another API for the same user. With
 * `idJag`, a client exchanges its ID token or refresh token for an ID-JAG, with which it gets an access token at another
 * authorization server that trusts this one ({@link
 * https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/ ID-JAG}).
 * @throws {TypeError} when an option is unknown or wrong, or there is neither `accessTokens` nor `idJag`
 * @example
 * ```ts
 * const provider = createProvider({
 *   features: [
 *     tokenExchange({
 *       accessTokens: {
 *         authorize: ({ clientId, resources }) =>
 *           clientId === 'orders-api' && resources.includes('https://stock.example.com')
 *             ? { mode: 'delegation', resources: ['https://stock.example.com'] }
 *             : undefined,
 *       },
 *       idJag: {
 *         audiences: [
 *           {
 *             audience: 'https://auth.chat.example',
 *             clients: { 'notes-at-idp': 'notes-at-chat' },
 *             scopes: ['chat.read'],
 *             resources: ['https://mcp.chat.example/mcp'],
 *           },
 *         ],
 *       },
 *     }),
 *   ],
 *   ...
 * })
 * ```
 */
export function tokenExchange<User extends BaseUser = BaseUser>(
  options: TokenExchangeOptions<User>,
): Feature<'tokenExchange'> {
  const parsed = parseFeatureOptions('tokenExchange', entries, options)
  const accessTokens = parsed.accessTokens === undefined ? undefined : readRules(parsed.accessTokens)
  const assertions = parsed.idJag as IdJagRules | undefined
  if (accessTokens === undefined && assertions === undefined) {
    throw new TypeError('tokenExchange: idJag and accessTokens are both missing: nothing could be exchanged')
  }
  return Object.freeze<Feature<'tokenExchange'>>({
    name: 'tokenExchange',
    start(core) {
      if (accessTokens !== undefined) {
        checkTrust('tokenExchange: accessTokens.issuers', accessTokens.trusted, core.config)
      }
      if (assertions !== undefined) checkIdJag(core, assertions)
      const issued = [
        ...(accessTokens === undefined ? [] : [accessTokenKind(accessTokens)]),
        ...(assertions === undefined ? [] : [idJagKind(assertions)]),
      ]
      return {
        grantTypes: [tokenExchangeGrant(issued)],
        repeatable: ['audience'],
        ...(accessTokens !== undefined && {
          tokenMembers: [actMember, mayActMember(accessTokens)],
          outsideApprovals: outsideApprovals(accessTokens.trusted),
        }),
        ...(assertions !== undefined && {
          serverMetadata: { identity_chaining_requested_token_types_supported: [idJag.tokenType] },
        }),
      }
    },
  })
}

function checkIdJag(core: Core, { audiences }: IdJagRules): void {
  if (signsWithClientSecrets(core)) {
    throw new TypeError('tokenExchange: an ID-JAG needs signing keys: remove the option disableJwtPlugin')
  }
  const known = new Set<string>()
  for (const [index, { audience }] of audiences.entries()) {
    const name = `tokenExchange: idJag.audiences.${index}`
    if (audience === core.config.issuer) {
      throw new TypeError(`${name} is this server itself; an ID-JAG is for another one`)
    }
    if (known.has(audience)) throw new TypeError(`${name} is a second entry for ${audience}`)
    known.add(audience)
  }
}
