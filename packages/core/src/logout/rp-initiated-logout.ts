import { readSessionId } from '../claims/session-id.ts'
import type { Context } from '../contracts/context.ts'
import type { Parameters } from '../http/parameters.ts'
import { OAuthError } from '../protocol/errors.ts'
import { redirectUriProblem } from '../protocol/redirect-uri.ts'
import { longestState } from '../protocol/state-limit.ts'
import type { ClientRecord } from '../storage/client.ts'
import { verifyIdTokenHint } from '../tokens/id-token-hint.ts'

/** Where the browser goes after a logout, and the `state` that it takes along. */
export interface LogoutTarget {
  readonly clientId: string
  readonly redirectUri: string
  readonly state?: string
}

/** What the `id_token_hint` of a logout request says. */
export interface LogoutHint {
  readonly clientId: string
  readonly subject: string
  /** The id of the host's session. */
  readonly sessionId?: string
}

/**
 * Why the user is asked, although an application requests the logout:
 * - `hint_missing`: there is no `id_token_hint`, so nothing proves which application it is
 * - `hint_invalid`: the hint was changed, was not made by this server, or names no enabled client
 * - `hint_of_another_session`: the hint belongs to another session than that of this browser
 * - `client_not_allowed`: the client may not end sessions (`enable_end_session`)
 * - `address_not_registered`: `post_logout_redirect_uri` is not registered for the client
 */
export type LogoutProblem =
  | 'hint_missing'
  | 'hint_invalid'
  | 'hint_of_another_session'
  | 'client_not_allowed'
  | 'address_not_registered'

/** A logout request after checking. */
export interface LogoutRequest {
  /** What is wrong with the request. If anything is, no session ends before the user confirms it. */
  readonly problems: readonly LogoutProblem[]
  /** Present when the hint is an ID token of this server, made for a client that may end sessions. */
  readonly hint?: LogoutHint
  /** The client that the hint names or, without a hint, `client_id`. */
  readonly client?: ClientRecord
  readonly target?: LogoutTarget
}

/**
 * Reads and checks a logout request. A wrong hint, client or URI is not an error, which would leave the user signed in
 * without knowing. Instead the user is asked, and is sent to a registered address or nowhere ({@link
 * https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout RP-Initiated Logout section 2}).
 * @throws {OAuthError} `invalid_request` when `client_id` is not the client of the hint
 */
export async function parseLogoutRequest(ctx: Context, parameters: Parameters): Promise<LogoutRequest> {
  const sent = parameters.get('id_token_hint')
  const named = parameters.get('client_id')
  if (sent === undefined) {
    const client = named === undefined ? undefined : await ctx.clients.findNamed(named)
    return { ...(client !== undefined && { client }), ...judgeAddress(client, parameters, ['hint_missing']) }
  }
  const found = await verifyIdTokenHint(ctx, sent)
  if (found === undefined) return { problems: ['hint_invalid'] }
  const { sid, ...hint } = found
  if (named !== undefined && named !== hint.clientId) {
    throw new OAuthError(
      'invalid_request',
      'the application sent two different names for itself: client_id is not the client of id_token_hint',
    )
  }
  const client = await ctx.clients.findNamed(hint.clientId)
  if (client === undefined) return { problems: ['hint_invalid'] }
  if (client.metadata.enable_end_session !== true) return { client, problems: ['client_not_allowed'] }
  const sessionId = sid === undefined ? undefined : await readSessionId(ctx, client, sid)
  const meant = { ...hint, ...(sessionId !== undefined && { sessionId }) }
  return { hint: meant, client, ...judgeAddress(client, parameters, []) }
}

/** Checks where the browser goes. Returns that, or adds a problem to the known ones. */
function judgeAddress(
  client: ClientRecord | undefined,
  parameters: Parameters,
  problems: readonly LogoutProblem[],
): Pick<LogoutRequest, 'target' | 'problems'> {
  const redirectUri = parameters.get('post_logout_redirect_uri')
  const state = parameters.get('state')
  if (state !== undefined && state.length > longestState) {
    throw new OAuthError('invalid_request', `state must not be longer than ${longestState} characters`)
  }
  if (redirectUri === undefined) return { problems }
  if (client === undefined || !mayReturnTo(client, redirectUri)) {
    return { problems: [...problems, 'address_not_registered'] }
  }
  return { target: { clientId: client.id, redirectUri, ...(state !== undefined && { state }) }, problems }
}

/**
 * Whether the browser may go to this URI after a logout: it equals a registered one byte for byte. The URI is checked
 * again for safety, since a stored row may have been written by hand.
 */
export function mayReturnTo({ metadata }: ClientRecord, redirectUri: string): boolean {
  return (
    metadata.enable_end_session === true &&
    metadata.post_logout_redirect_uris?.includes(redirectUri) === true &&
    redirectUriProblem(redirectUri, metadata.application_type === 'native') === undefined
  )
}
