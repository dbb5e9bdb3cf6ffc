import type { TokenMember } from '../../contracts/token-member.ts'
import type { MayActFacts } from './access-token-options.ts'
import type { AccessTokenRules } from './access-token-rules.ts'
import { type MayAct, parseIdentity } from './actor.ts'

/** The claim `act`: who acts for the user ({@link https://www.rfc-editor.org/rfc/rfc8693#section-4.1 RFC 8693 section 4.1}). */
export const actMember: TokenMember = { name: 'act', valueOf: ({ extra }) => extra?.act }

/**
 * The claim `may_act`: who may act for the user ({@link https://www.rfc-editor.org/rfc/rfc8693#section-4.4 RFC 8693
 * section 4.4}). A token in exchange keeps that of its subject token: an exchange allows nobody else.
 */
export function mayActMember(rules: AccessTokenRules): TokenMember {
  return {
    name: 'may_act',
    async valueOf({ client, grant, scope, resources, extra }) {
      if (extra?.may_act !== undefined) return extra.may_act
      return grant === undefined ? undefined : askMayAct(rules, { client, userId: grant.userId, scope, resources })
    },
  }
}

/**
 * Asks the host who may act with a token, and checks the answer.
 * @throws {TypeError} when the answer is not what its type says
 */
export async function askMayAct({ mayAct }: AccessTokenRules, facts: MayActFacts): Promise<MayAct | undefined> {
  const answer: unknown = await mayAct?.(facts)
  return answer === undefined || answer === null ? undefined : requireIdentity(answer)
}

function requireIdentity(answer: unknown): MayAct {
  const identity = parseIdentity(answer, ['sub', 'iss'])
  if (identity !== undefined) return identity
  throw new TypeError(
    'tokenExchange: accessTokens.mayAct must answer with sub, and iss for another issuer, or undefined',
  )
}
