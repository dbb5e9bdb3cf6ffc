import { subjectOf } from '../../claims/subject.ts'
import type { Core } from '../../contracts/core.ts'
import type { TokenRequest } from '../../contracts/grant-type.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { isBoundTo } from '../../tokens/binding.ts'
import { accessTokenType, membersOf, presentedAccessToken } from './access-token-subject.ts'

/** Who an actor token is about. */
export interface TokenActor {
  /** As the exchanging client knows the actor. */
  readonly sub: string
  /** The client that the actor token was issued to. */
  readonly clientId: string
  /** The user who acts. Absent when the actor is a program. */
  readonly userId?: string
}

/**
 * Reads the actor of a request ({@link https://www.rfc-editor.org/rfc/rfc8693#section-2.1 RFC 8693 section 2.1}): an
 * access token of this server, of the client that presents it or for an API that the client is.
 * @returns `undefined` when the request has none
 * @throws {OAuthError} `invalid_request`
 */
export async function readActor(core: Core, request: TokenRequest): Promise<TokenActor | undefined> {
  const { client, parameters, binding } = request
  const [text, type] = [parameters.get('actor_token'), parameters.get('actor_token_type')]
  if (text === undefined && type === undefined) return undefined
  if (text === undefined || type === undefined) {
    throw new OAuthError('invalid_request', 'actor_token and actor_token_type need each other')
  }
  if (type !== accessTokenType) {
    throw new OAuthError('invalid_request', `unsupported actor_token_type; this server supports ${accessTokenType}`)
  }
  const token = await presentedAccessToken(core, client, text)
  if (typeof token === 'string') throw invalid(token)
  const { cnf, act } = membersOf(token)
  if (!isBoundTo(cnf, binding)) throw invalid('it is bound to another key')
  // Whether the actor is then the user of the token or who acts for that user, nobody has said.
  if (act !== undefined) throw invalid('somebody else acts with it')
  const { clientId, userId } = token
  if (userId === undefined) return { sub: clientId, clientId }
  const user = await core.config.authentication.getUser(userId)
  if (user === undefined || user === null) throw invalid('its user is no longer available')
  return { sub: await subjectOf(core, client, userId), clientId, userId }
}

/** Makes the same answer for every fault. Only the event tells the reason. */
function invalid(cause: string): OAuthError {
  return new OAuthError('invalid_request', 'the actor_token is invalid, expired or revoked', { cause })
}
