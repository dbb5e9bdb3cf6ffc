import { readSessionId } from '../claims/session-id.ts'
import type { Context } from '../contracts/context.ts'
import type { Parameters } from '../http/parameters.ts'
import { OAuthError } from '../protocol/errors.ts'
import { redirectUriProblem } from '../protocol/redirect-uri.ts'
import type { ClientRecord } from '../storage/client.ts'
import { verifyIdTokenHint } from './id-token-hint.ts'

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

export interface LogoutRequest {
  /** Present when the hint is an ID token of ours: then it is the client that asks. */
  readonly hint?: LogoutHint
  /** The client that the hint, or without any hint `client_id`, names. */
  readonly client?: ClientRecord
  readonly target?: LogoutTarget
}

/**
 * A logout request. What is wrong with the hint or the URI makes it no error, only one that redirects nowhere
 * ({@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout RP-Initiated Logout section 2}).
 * @throws {OAuthError} `invalid_request` when `client_id` is not the client of the hint, `invalid_client` when the client
 * may not end sessions
 */
export async function parseLogoutRequest(ctx: Context, parameters: Parameters): Promise<LogoutRequest> {
  const sent = parameters.get('id_token_hint')
  const named = parameters.get('client_id')
  if (sent === undefined) {
    const client = named === undefined ? undefined : await ctx.clients.find(named)
    return client === undefined ? {} : { client, ...targetOf(client, parameters) }
  }
  const found = await verifyIdTokenHint(ctx, sent)
  if (found === undefined) return {}
  const { sid, ...hint } = found
  if (named !== undefined && named !== hint.clientId) throw new OAuthError('invalid_request', 'audience mismatch')
  const client = await ctx.clients.find(hint.clientId)
  if (client === undefined) return {}
  if (client.metadata.enable_end_session !== true) throw new OAuthError('invalid_client', 'client unable to logout')
  const sessionId = sid === undefined ? undefined : await readSessionId(ctx, client, sid)
  return { hint: { ...hint, ...(sessionId !== undefined && { sessionId }) }, client, ...targetOf(client, parameters) }
}

function targetOf(client: ClientRecord, parameters: Parameters): { readonly target?: LogoutTarget } {
  const redirectUri = parameters.get('post_logout_redirect_uri')
  const state = parameters.get('state')
  if (redirectUri === undefined || !mayReturnTo(client, redirectUri)) return {}
  return { target: { clientId: client.id, redirectUri, ...(state !== undefined && { state }) } }
}

/** Byte for byte one that was registered, and checked again before use: what is stored may have been written by hand. */
export function mayReturnTo({ metadata }: ClientRecord, redirectUri: string): boolean {
  return (
    metadata.enable_end_session === true &&
    metadata.post_logout_redirect_uris?.includes(redirectUri) === true &&
    redirectUriProblem(redirectUri, metadata.application_type === 'native') === undefined
  )
}
