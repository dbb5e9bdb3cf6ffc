import { sessionIdFor } from '../../claims/session-id.ts'
import { subjectOf } from '../../claims/subject.ts'
import type { Context } from '../../contracts/context.ts'
import type { SessionClient } from '../../contracts/session-observer.ts'
import { encodeBase64url } from '../../crypto/base64url.ts'
import { signForClient } from '../../tokens/sign-for-client.ts'

/** The `typ` that keeps a logout token from being taken for any other. */
const logoutTokenType = 'logout+jwt'

/** Seconds: long enough for clocks that differ, too short to be kept for a replay. */
const lifetime = 120

const event = 'http://schemas.openid.net/event/backchannel-logout'

/**
 * What a client is told: that this session of this user has ended, under the signature of its ID tokens
 * ({@link https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken Back-Channel Logout section 2.4}).
 * @throws {OAuthError} `unauthorized_client` when it would have to be signed with a secret that was not kept, or with an
 * algorithm that this process does not have
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
