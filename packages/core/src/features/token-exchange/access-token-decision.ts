import type { Core } from '../../contracts/core.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { AccessTokenRequest } from './access-token-options.ts'
import type { AccessTokenRules } from './access-token-rules.ts'

/** What the host allows in one exchange, after it was checked. */
export interface DecidedExchange {
  readonly mode: 'delegation' | 'impersonation'
  readonly scope: readonly string[]
  /** `undefined`: what the subject token itself allows. */
  readonly resources: readonly string[] | undefined
  readonly withoutSubjectKey: boolean
}

const members = ['mode', 'scope', 'resources', 'withoutSubjectKey']

/**
 * Asks the host about one exchange, and checks the answer.
 * @throws {OAuthError} `invalid_request` when the host refuses ({@link
 * https://www.rfc-editor.org/rfc/rfc8693#section-2.2.2 RFC 8693 section 2.2.2})
 * @throws {TypeError} when the answer is not what its type says, or allows more than was asked for
 */
export async function decideExchange(
  { config }: Core,
  { authorize }: AccessTokenRules,
  request: AccessTokenRequest,
): Promise<DecidedExchange> {
  const answer: unknown = await authorize(request)
  if (answer === undefined || answer === null) {
    throw new OAuthError('invalid_request', 'this exchange is not allowed', {
      cause: `accessTokens.authorize refused ${request.clientId}`,
    })
  }
  if (typeof answer !== 'object' || Array.isArray(answer)) throw wrong('an object, or undefined to refuse')
  const given: Readonly<Record<string, unknown>> = { ...answer }
  const unknown = Object.keys(given).find((name) => !members.includes(name))
  if (unknown !== undefined) throw wrong(`${members.join(', ')} alone, not ${unknown}`)
  const { mode, scope = request.scope, resources, withoutSubjectKey = false } = given
  if (mode !== 'delegation' && mode !== 'impersonation') throw wrong('mode, delegation or impersonation')
  if (mode === 'impersonation' && request.actor !== undefined) {
    throw wrong('mode delegation, or undefined to refuse, where the request names an actor (actor_token)')
  }
  if (!isListOf(scope, request.scope)) throw wrong('scope, a list of some of those of the request')
  if (resources !== undefined && !isListOf(resources, config.validAudiences)) {
    throw wrong('resources, a list of entries of the option validAudiences')
  }
  if (typeof withoutSubjectKey !== 'boolean') throw wrong('withoutSubjectKey, true or false')
  return { mode, scope, resources, withoutSubjectKey }
}

/** An empty list is a token without a limit where it is read carelessly, so it is a mistake. */
function isListOf(value: unknown, allowed: readonly string[]): value is readonly string[] {
  return (
    Array.isArray(value) &&
    (value.length > 0 || allowed.length === 0) &&
    value.every((one) => typeof one === 'string' && allowed.includes(one))
  )
}

function wrong(right: string): TypeError {
  return new TypeError(`tokenExchange: accessTokens.authorize must answer with ${right}`)
}
