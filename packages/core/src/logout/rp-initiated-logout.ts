import { verifyIdTokenHint } from '../authorization/id-token-hint.ts'
import { readSessionId } from '../claims/session-id.ts'
import type { Context } from '../contracts/context.ts'
import type { Parameters } from '../http/parameters.ts'
import { OAuthError } from '../protocol/errors.ts'
import { redirectUriProblem } from '../protocol/redirect-uri.ts'
import type { ClientRecord } from '../storage/client.ts'

/** Where the browser goes after a logout. */
export interface LogoutTarget {
  readonly clientId: string
  readonly redirectUri: string
  readonly state?: string
}

/** Whom the hint of a logout request means. */
export interface LogoutHint {
  readonly clientId: string
  readonly subject: string
  /** The host's session. */
  readonly sessionId?: string
}

/**
 * Why the user is asked, although an application asks for the logout:
 * - `hint_missing`: nothing proves which application it was
 * - `hint_invalid`: the proof was changed, was not made here, or names no client that is alive
 * - `hint_of_another_session`: the proof is of another session than that of this browser
 * - `client_not_allowed`: the client may not end sessions (`enable_end_session`)
 * - `address_not_registered`: `post_logout_redirect_uri` is none of the client's
 */
export type LogoutProblem =
  | 'hint_missing'
  | 'hint_invalid'
  | 'hint_of_another_session'
  | 'client_not_allowed'
  | 'address_not_registered'

export interface LogoutRequest {
  /** What is wrong with the request. With a problem, nothing ends before the user says so. */
  readonly problems: readonly LogoutProblem[]
  /** Present when the hint is an ID token of ours: then it is the client that asks. */
  readonly hint?: LogoutHint
  /** The client that the hint, or without any hint `client_id`, names. */
  readonly client?: ClientRecord
  readonly target?: LogoutTarget
}

/**
 * A logout request. What is wrong with the hint, the client or the URI makes it no error, which would leave the user
 * signed in without a word, but a question to the user that leads to none but a registered address
 * ({@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout RP-Initiated Logout section 2}).
 * @throws {OAuthError} `invalid_request` when `client_id` is not the client of the hint
 */
export async function parseLogoutRequest(ctx: Context, parameters: Parameters): Promise<LogoutRequest> {
  const sent = parameters.get('id_token_hint')
  const named = parameters.get('client_id')
  if (sent === undefined) {
    const client = named === undefined ? undefined : await ctx.clients.find(named)
    return { ...(client !== undefined && { client }), ...judgeAddress(client, parameters, ['hint_missing']) }
  }
  const found = await verifyIdTokenHint(ctx, sent)
  if (found === undefined) return { problems: ['hint_invalid'] }
  const { sid, ...hint } = found
  if (named !== undefined && named !== hint.clientId) throw new OAuthError('invalid_request', 'audience mismatch')
  const client = await ctx.clients.find(hint.clientId)
  if (client === undefined) return { problems: ['hint_invalid'] }
  if (client.metadata.enable_end_session !== true) return { client, problems: ['client_not_allowed'] }
  const sessionId = sid === undefined ? undefined : await readSessionId(ctx, client, sid)
  const meant = { ...hint, ...(sessionId !== undefined && { sessionId }) }
  return { hint: meant, client, ...judgeAddress(client, parameters, []) }
}

/** Where the browser goes, or the problem with it, beside the problems that are known. */
function judgeAddress(
  client: ClientRecord | undefined,
  parameters: Parameters,
  problems: readonly LogoutProblem[],
): Pick<LogoutRequest, 'target' | 'problems'> {
  const redirectUri = parameters.get('post_logout_redirect_uri')
  const state = parameters.get('state')
  if (redirectUri === undefined) return { problems }
  if (client === undefined || !mayReturnTo(client, redirectUri)) {
    return { problems: [...problems, 'address_not_registered'] }
  }
  return { target: { clientId: client.id, redirectUri, ...(state !== undefined && { state }) }, problems }
}

/** Byte for byte one that was registered, and checked again before use: what is stored may have been written by hand. */
export function mayReturnTo({ metadata }: ClientRecord, redirectUri: string): boolean {
  return (
    metadata.enable_end_session === true &&
    metadata.post_logout_redirect_uris?.includes(redirectUri) === true &&
    redirectUriProblem(redirectUri, metadata.application_type === 'native') === undefined
  )
}
