import * as client from 'openid-client'
import { Failure } from './failure.ts'
import { connect } from './server.ts'
import type { Session, SessionFile } from './session-file.ts'

/** What a command needs to send a request for the user. */
export interface Access {
  readonly session: Session
  readonly config: client.Configuration
  readonly DPoP: client.DPoPHandle
}

/** A token that is over in so many seconds counts as over: the request needs time, and clocks differ. */
const margin = 30

/**
 * Sends a request of the user who is signed in. Refreshes the access token first if it is over, and once more if the server
 * or the API refuses it, for instance because its clock is ahead.
 */
export async function withAccess<Result>(
  file: SessionFile,
  send: (access: Access) => Promise<Result>,
): Promise<Result> {
  const session = file.read()
  if (session === undefined) throw new Failure('signed_out', 'You are not signed in. Run: login')
  let access: Access = { session, ...(await connect(session)) }
  if (session.expiresAt - margin <= Date.now() / 1000) access = await refresh(access, file)
  try {
    return await send(access)
  } catch (error) {
    if (!(error instanceof client.WWWAuthenticateChallengeError) || error.status !== 401) throw error
    return send(await refresh(access, file))
  }
}

/** Gets a new access token, and keeps it with the refresh token that replaces the old one. */
async function refresh({ session, config, DPoP }: Access, file: SessionFile): Promise<Access> {
  if (session.refreshToken === undefined) throw over(file)
  try {
    const tokens = await client.refreshTokenGrant(config, session.refreshToken, undefined, { DPoP })
    const renewed = withTokens(session, tokens)
    file.write(renewed)
    return { session: renewed, config, DPoP }
  } catch (error) {
    if (!(error instanceof client.ResponseBodyError) || error.error !== 'invalid_grant') throw error
    // Another process of this program may have refreshed, or signed in, in the meantime.
    const now = file.read()
    if (now !== undefined && now.refreshToken !== session.refreshToken) return { session: now, ...(await connect(now)) }
    throw over(file)
  }
}

/** Puts the tokens of an answer into the session. Without a new refresh token the old one stays good. */
export function withTokens(
  session: Omit<Session, 'accessToken' | 'expiresAt'>,
  tokens: client.TokenEndpointResponse,
): Session {
  return {
    ...session,
    accessToken: tokens.access_token,
    expiresAt: Math.floor(Date.now() / 1000) + (tokens.expires_in ?? 0),
    refreshToken: tokens.refresh_token ?? session.refreshToken,
  }
}

/** The user has withdrawn the access, or it was not used for too long. */
function over(file: SessionFile): Failure {
  file.remove()
  return new Failure('signed_out', 'Your sign-in is over. Run: login')
}
