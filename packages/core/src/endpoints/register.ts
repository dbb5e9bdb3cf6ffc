import { findCaller, requireCreator } from '../clients/caller.ts'
import { type Registrant, registerDynamicClient } from '../clients/dynamic-registration.ts'
import { isInitialAccessToken } from '../clients/initial-access-token.ts'
import { ownerOf } from '../clients/self-service.ts'
import type { Context } from '../contracts/context.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { readAuthorization } from '../http/authorization-header.ts'
import { json } from '../http/json.ts'
import { readJsonObject } from '../http/json-object.ts'
import { invalidTokenChallenge, noTokenChallenge } from '../protocol/challenge.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { OAuthError } from '../protocol/errors.ts'
import { isSameOrigin, requireSameOrigin } from '../sessions/same-origin.ts'

/**
 * Dynamic client registration ({@link https://www.rfc-editor.org/rfc/rfc7591#section-3 RFC 7591 section 3}). It exists
 * with `allowDynamicClientRegistration` alone.
 *
 * Of the members that only the server side sets, `skip_consent` (whatever its value) and `require_pkce: false` are
 * refused by name. `enable_end_session`, `metadata`, `client_secret_expires_at`, `disabled`, `client_id`,
 * `client_secret`, `user_id` and `reference_id` are ignored like unknown members: the answer says what holds.
 * `subject_type` is the client's to choose; `pairwise` is refused where there is no `pairwiseSecret`.
 */
export const register: Endpoint = {
  name: 'register',
  path: endpointPaths.register,
  methods: ['POST'],
  errors: 'json',
  cors: 'any',
  rateLimit: 'register',
  metadata: 'registration_endpoint',
  async handle(ctx, request) {
    const registrant = await findRegistrant(ctx, request)
    return json(201, await registerDynamicClient(ctx, registrant, await readJsonObject(request)))
  },
}

/**
 * An initial access token counts before a session, and a wrong one is not made good by it. A session counts on our own
 * pages alone: what another site's script sends is, where nobody needs to sign in, a registration by nobody.
 */
async function findRegistrant(ctx: Context, request: Request): Promise<Registrant> {
  const authorization = readAuthorization(request)
  if (authorization?.scheme === 'bearer') {
    if (await isInitialAccessToken(ctx, authorization.credentials)) return { registeredBy: 'initial_access_token' }
    throw new OAuthError('invalid_token', 'the initial access token is invalid or expired', {
      challenge: invalidTokenChallenge,
    })
  }
  const { anonymous } = ctx.config.registration
  const caller = anonymous && !isSameOrigin(ctx, request) ? undefined : await findCaller(ctx, request)
  if (caller !== undefined) {
    requireSameOrigin(ctx, request)
    await requireCreator(ctx, caller)
    return { registeredBy: 'user', owner: ownerOf(caller) }
  }
  if (anonymous) return { registeredBy: 'anonymous' }
  throw new OAuthError('invalid_token', 'authentication required for client registration', {
    challenge: noTokenChallenge,
  })
}
