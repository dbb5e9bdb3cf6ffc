import { sessionIdFor } from '../../claims/session-id.ts'
import { subjectOf } from '../../claims/subject.ts'
import type { Context } from '../../contracts/context.ts'
import type { SessionClient } from '../../contracts/session-observer.ts'
import { encodeBase64url } from '../../crypto/base64url.ts'
import { signForClient } from '../../tokens/sign-for-client.ts'

/** The `typ` that distinguishes a logout token from any other token. */
const logoutTokenType = 'logout+jwt'

/** The lifetime in seconds: long enough for clocks that differ, too short for a replay to be useful. */
const lifetime = 120

const event = 'http://schemas.openid.net/event/backchannel-logout'

/**
 * Mints a logout token, which tells a client that this session of this user has ended. It is signed like the client's
 * ID tokens ({@link https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken Back-Channel Logout
 * section 2.4}).
 * @throws {OAuthError} `unauthorized_client` when the client's secret, with which it would be signed, was not kept, or
 * this process has no key for the algorithm
 */
export async function mintLogoutToken(ctx: Context, { client, userId, sessionId }: SessionClient): Promise<string> {
  const now = ctx.clock.now()
  const claims = {
    iss: ctx.config.issuer,
    sub: await subjectOf(ctx, client, userId),
    aud: client.id,
    iat: now,
    exp: now + lifetime,
    jti: encodeBase64url(ctx.random.bytes(16)),
    sid: await sessionIdFor(ctx, client, sessionId),
    events: { [event]: {} },
  }
  return signForClient(ctx, client, logoutTokenType, claims)
}
