import { findCaller, requireCreator } from '../clients/caller.ts'
import { type Registrant, registerDynamicClient } from '../clients/dynamic-registration.ts'
import { judgeInitialAccessToken } from '../clients/initial-access-token.ts'
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
 * The endpoint for dynamic client registration ({@link https://www.rfc-editor.org/rfc/rfc7591#section-3 RFC 7591
 * section 3}). It exists only with `allowDynamicClientRegistration`.
 *
 * Of the members that only the server side sets, `skip_consent` (with any value) and `require_pkce: false` are refused
 * by name. The other members of `RestrictedMember`, `client_secret_expires_at`, `disabled`, `client_id`, `client_secret`,
 * `user_id` and `reference_id` are ignored like unknown members: the response says what was stored. The client chooses
 * `subject_type`; `pairwise` is refused when there is no `pairwiseSecret`.
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
 * Finds out who registers a client. An initial access token is checked before the session, and a session does not
 * replace an expired one. Where anonymous callers may register, any other bearer token is ignored: agents send the token
 * of their last sign-in along. Elsewhere it is refused. A session counts only for requests from pages of this server or
 * of its host. A request from another site is anonymous when anonymous registration is allowed.
 */
async function findRegistrant(ctx: Context, request: Request): Promise<Registrant> {
  const { anonymous } = ctx.config.registration
  const authorization = readAuthorization(request)
  if (authorization?.scheme === 'bearer') {
    const verdict = await judgeInitialAccessToken(ctx, authorization.credentials)
    if (verdict === 'valid') return { registeredBy: 'initial_access_token' }
    if (verdict === 'expired' || !anonymous) {
      throw new OAuthError('invalid_token', 'the initial access token is invalid or expired', {
        challenge: invalidTokenChallenge,
      })
    }
  }
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
