import type { Feature } from '../../contracts/feature.ts'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import type { BaseUser } from '../../contracts/host.ts'
import { signsWithClientSecrets } from '../../policy/client-support.ts'
import { idJag } from '../../protocol/id-jag.ts'
import { tokenExchangeGrant } from './grant-type.ts'
import { idJagKind } from './id-jag.ts'
import { type IdJagRules, idJagSchema } from './id-jag-policy.ts'
import { idTokenSubject } from './id-token-subject.ts'
import type { IdJagAudience, IdJagDecision, IdJagOptions, IdJagRequest, TokenExchangeOptions } from './options.ts'
import { refreshTokenSubject } from './refresh-token-subject.ts'

export type { IdJagAudience, IdJagDecision, IdJagOptions, IdJagRequest, TokenExchangeOptions }

declare module '../../protocol/feature-client-metadata.ts' {
  interface GrantTypeNames {
    'urn:ietf:params:oauth:grant-type:token-exchange': true
  }
}

/**
 * A feature for token exchange ({@link https://www.rfc-editor.org/rfc/rfc8693 RFC 8693}). So far a client can exchange
 * its ID token or refresh token for an ID-JAG, with which it gets an access token at another authorization server that
 * trusts this one ({@link https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/ ID-JAG}).
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * const provider = createProvider({
 *   features: [
 *     tokenExchange({
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
  const rules = parseFeatureOptions('tokenExchange', { idJag: idJagSchema }, options).idJag as IdJagRules
  return Object.freeze<Feature<'tokenExchange'>>({
    name: 'tokenExchange',
    start(core) {
      if (signsWithClientSecrets(core)) {
        throw new TypeError('tokenExchange: an ID-JAG needs signing keys: remove the option disableJwtPlugin')
      }
      checkAudiences(rules, core.config.issuer)
      return {
        grantTypes: [
          tokenExchangeGrant({ subjects: [idTokenSubject, refreshTokenSubject], issued: [idJagKind(rules)] }),
        ],
        repeatable: ['audience'],
        serverMetadata: { identity_chaining_requested_token_types_supported: [idJag.tokenType] },
      }
    },
  })
}

function checkAudiences({ audiences }: IdJagRules, issuer: string): void {
  const known = new Set<string>()
  for (const [index, { audience }] of audiences.entries()) {
    const name = `tokenExchange: idJag.audiences.${index}`
    if (audience === issuer) throw new TypeError(`${name} is this server itself; an ID-JAG is for another one`)
    if (known.has(audience)) throw new TypeError(`${name} is a second entry for ${audience}`)
    known.add(audience)
  }
}
