import { subjectOf } from '../claims/subject.ts'
import type { Context } from '../contracts/context.ts'
import type { Session } from '../contracts/host.ts'
import { requiredAcr } from '../policy/authentication-context.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { allowedValues } from '../protocol/claims-request.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'

/** Who has signed in, and how. */
export interface Login {
  readonly userId: string
  readonly session: Pick<Session, 'authTime' | 'acr'>
}

/**
 * Checks the login of a user against what the client demands, as the authorization endpoint does with the session of the
 * browser.
 * @throws {OAuthError} `unmet_authentication_requirements` for another authentication context; `login_required` for a login
 * that is too old, or for another user than the one that the request names
 */
export async function checkLogin(
  ctx: Context,
  client: ClientRecord,
  request: AuthorizationRequest,
  { userId, session }: Login,
): Promise<void> {
  const required = requiredAcr(request, ctx.config.requireAcrValues)
  if (required !== undefined && !required.includes(session.acr)) {
    throw new OAuthError('unmet_authentication_requirements', 'the user was not authenticated as the request demands')
  }
  const { maxAge } = request
  if (maxAge !== undefined && ctx.clock.now() - session.authTime > maxAge) {
    throw new OAuthError('login_required', 'the authentication of the user is older than max_age')
  }
  const named = namedSubjects(request)
  if (named.length === 0) return
  const subject = await subjectOf(ctx, client, userId)
  if (!named.every((subjects) => subjects.includes(subject))) {
    throw new OAuthError('login_required', 'the request is for another user')
  }
}

/** The users whom the request allows: by `id_token_hint`, and by a `sub` with a value in the parameter `claims`. */
function namedSubjects({ hintedSubject, claims }: AuthorizationRequest): readonly (readonly unknown[])[] {
  const bySub = [claims?.id_token?.sub, claims?.userinfo?.sub].map(allowedValues)
  return [...(hintedSubject === undefined ? [] : [[hintedSubject]]), ...bySub.filter((values) => values !== undefined)]
}
