import type { BaseUser } from '@oauth/core'
import { checkCookies } from '../host-answers.ts'
import type { Site, Visit } from '../site.ts'

/**
 * Signs a user in, and returns the cookies. The session of another user that this browser had is over with that: the
 * provider ends its grants and tells its clients, unless the host keeps several accounts.
 */
export async function beginSession(
  site: Site,
  { request, signedIn }: Visit,
  user: BaseUser,
): Promise<readonly string[]> {
  const cookies = checkCookies('sessions.start', await site.sessions.start(user, request, { amr: ['pwd'] }))
  if (signedIn === undefined || signedIn.user.id === user.id || site.sessions.accounts !== undefined) return cookies
  try {
    await site.provider.sessionEnded(signedIn.session.id)
  } catch (error) {
    // The user is signed in by now, and another try would find no session that could be ended.
    site.onError(error)
  }
  return cookies
}
