import type { Parameters } from '../../http/parameters.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { CibaRules } from './options.ts'

/** The parameters that only a back-channel authentication request has. */
export interface CibaParameters {
  readonly bindingMessage?: string
  readonly userCode?: string
  readonly notificationToken?: string
  /** For how long the request is good, in seconds. */
  readonly lifetime: number
}

/** A short text that a page can show: letters, marks, digits, punctuation, symbols and spaces, with something to see. */
const showable = /^(?=.*[\p{L}\p{N}\p{P}\p{S}])[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,128}$/u

/** Letters, marks and symbols that look like nothing, for instance fillers, except the one that makes an emoji colorful. */
const invisible = /\u2800|(?!\ufe0f)\p{Default_Ignorable_Code_Point}/u

/** The syntax of a bearer token ({@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 section 2.1}). */
const bearer = /^[A-Za-z0-9\-._~+/]+=*$/

/** Characters that have at least 128 bits, and the most that the standard allows. */
const tokenLength = { least: 22, most: 1024 } as const

/**
 * Reads the parameters of {@link
 * https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#auth_request CIBA Core section
 * 7.1} that no other request has.
 * @throws {OAuthError} `invalid_request`, or `invalid_binding_message`
 */
export function readCibaParameters(client: ClientRecord, parameters: Parameters, rules: CibaRules): CibaParameters {
  const bindingMessage = parameters.get('binding_message')
  if (bindingMessage !== undefined && (!showable.test(bindingMessage) || invisible.test(bindingMessage))) {
    throw new OAuthError('invalid_binding_message', 'binding_message must be a plain text of at most 128 characters')
  }
  const userCode = parameters.get('user_code')
  if (userCode !== undefined && userCode.length > 255) {
    throw new OAuthError('invalid_user_code', 'user_code must have at most 255 characters')
  }
  const notificationToken = readNotificationToken(client, parameters)
  return {
    ...(bindingMessage !== undefined && { bindingMessage }),
    ...(userCode !== undefined && { userCode }),
    ...(notificationToken !== undefined && { notificationToken }),
    lifetime: readLifetime(parameters, rules),
  }
}

/**
 * Requires a `scope` with `openid`: the request is one of OpenID Connect.
 * @throws {OAuthError} `invalid_request` without a scope, `invalid_scope` without `openid`
 */
export function requireOpenidParameter(parameters: Parameters): void {
  const scope = parameters.get('scope')
  if (scope === undefined) throw new OAuthError('invalid_request', 'missing scope')
  if (!scope.split(' ').includes('openid')) throw new OAuthError('invalid_scope', 'scope must contain openid')
}

function readLifetime(parameters: Parameters, { lifetimeSeconds, maxLifetimeSeconds }: CibaRules): number {
  const asked = parameters.get('requested_expiry')
  if (asked === undefined) return lifetimeSeconds
  if (!/^[1-9]\d{0,9}$/.test(asked)) {
    throw new OAuthError('invalid_request', 'requested_expiry must be a whole number of seconds, at least 1')
  }
  return Math.min(Number(asked), maxLifetimeSeconds)
}

/** Only a client that is notified needs the token. That of a client that polls is not kept. */
function readNotificationToken({ metadata }: ClientRecord, parameters: Parameters): string | undefined {
  if (metadata.backchannel_token_delivery_mode === 'poll') return undefined
  const token = parameters.get('client_notification_token')
  if (token === undefined) throw new OAuthError('invalid_request', 'missing client_notification_token')
  if (token.length >= tokenLength.least && token.length <= tokenLength.most && bearer.test(token)) return token
  throw new OAuthError(
    'invalid_request',
    `client_notification_token must be a random bearer token of ${tokenLength.least} to ${tokenLength.most} characters`,
  )
}
