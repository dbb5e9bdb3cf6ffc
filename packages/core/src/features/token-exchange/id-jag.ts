import { subjectOf } from '../../claims/subject.ts'
import type { Core } from '../../contracts/core.ts'
import type { TokenRequest } from '../../contracts/grant-type.ts'
import type { BaseUser } from '../../contracts/host.ts'
import type { TokenAnswer } from '../../contracts/issuance.ts'
import { encodeBase64url } from '../../crypto/base64url.ts'
import { allowed, demandsOn } from '../../policy/demands.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { idJag } from '../../protocol/id-jag.ts'
import { scopeMember } from '../../protocol/scope.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { markClientUsed } from '../../tokens/mark-client-used.ts'
import { decided } from './decision.ts'
import type { IssuedTokenKind, Subject } from './exchange.ts'
import { allowedResources, allowedScope, findAudience, type IdJagRules, refused } from './id-jag-policy.ts'
import { idTokenSubject } from './id-token-subject.ts'
import type { IdJagAudience } from './options.ts'
import { refreshTokenSubject } from './refresh-token-subject.ts'

/** A request for an ID-JAG that is within the limits of its audience. */
interface Asked {
  readonly request: TokenRequest
  readonly policy: IdJagAudience
  /** The id of the client at the other server. */
  readonly downstreamId: string
  readonly scope: readonly string[]
  readonly resources: readonly string[]
}

/**
 * Issues ID-JAGs ({@link https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/ ID-JAG
 * section 4.3}).
 */
export function idJagKind(rules: IdJagRules): IssuedTokenKind {
  return {
    type: idJag.tokenType,
    subjects: [idTokenSubject, refreshTokenSubject],
    refuses: ['actor_token', 'actor_token_type', 'authorization_details'],
    prepare(core, request) {
      const { client, parameters } = request
      const [audience, another] = parameters.all('audience')
      if (audience === undefined || another !== undefined) {
        throw new OAuthError('invalid_request', 'audience must be the issuer of one authorization server')
      }
      const { policy, downstreamId } = findAudience(rules, audience, client.id)
      const scope = allowedScope(policy, parameters.get('scope'))
      const resources = allowedResources(policy, parameters.all('resource'))
      const asked = { request, policy, downstreamId, scope, resources }
      return {
        decide: async (subject) => {
          requireSignIn(subject)
          requireAuthentication(core, policy, subject)
          const claims = await claimsOf(core, asked, subject)
          return { answer: () => answer(core, rules, asked, { subject, claims }) }
        },
      }
    },
  }
}

/** The user has to have signed in at the client: a refresh token without openid is no identity. */
function requireSignIn({ grant }: Subject): void {
  if (grant.scope.includes('openid')) return
  throw new OAuthError('invalid_request', 'the subject_token is invalid, expired or revoked', {
    cause: 'the grant does not have the scope openid',
  })
}

/**
 * Checks how and when the user authenticated ({@link https://www.rfc-editor.org/rfc/rfc9470#section-3 RFC 9470 section
 * 3}).
 * @throws {OAuthError} `insufficient_user_authentication`, with what the user has to do
 */
function requireAuthentication(core: Core, policy: IdJagAudience, { acr, authTime }: Subject): void {
  const { maxAgeSeconds, acrValues } = policy
  const weak = acrValues !== undefined && (acr === undefined || !acrValues.includes(acr))
  const old = maxAgeSeconds !== undefined && (authTime === undefined || core.clock.now() - authTime > maxAgeSeconds)
  if (!weak && !old) return
  throw new OAuthError('insufficient_user_authentication', 'the user has to authenticate again for this audience', {
    status: 400,
    members: {
      ...(weak && { acr_values: acrValues.join(' ') }),
      ...(old && { max_age: maxAgeSeconds }),
    },
  })
}

/** Collects the claims that depend on the user and on the host. */
async function claimsOf(core: Core, asked: Asked, { userId, authTime, acr, amr }: Subject) {
  const { request, policy, downstreamId } = asked
  const user = await core.config.authentication.getUser(userId)
  if (user === undefined || user === null) throw new OAuthError('invalid_request', 'the user is no longer available')
  const authentication = {
    ...(authTime !== undefined && { authTime }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
  }
  const { scope, resources, claims } = await decided(policy, { user, asked, ...authentication })
  return {
    ...claims,
    ...(policy.email === true && emailOf(core, user)),
    iss: core.config.issuer,
    sub: await downstreamSubject(core, policy, request.client, userId),
    aud: policy.audience,
    client_id: downstreamId,
    scope: scopeMember(scope),
    resource: resources.length > 1 ? resources : resources[0],
    auth_time: authTime,
    acr,
    amr,
    // The key that the client proves here is the one that it has to prove there.
    cnf: request.binding?.cnf,
  }
}

function emailOf(core: Core, user: BaseUser) {
  const { email, email_verified } = core.config.userClaims(core, user)
  return { ...(email !== undefined && { email, ...(email_verified !== undefined && { email_verified }) }) }
}

/**
 * Returns the `sub` that the other server knows the user by: that of its own registration here.
 * @throws {OAuthError} `invalid_target` where the `sub` of another client would be a wrong one
 */
async function downstreamSubject(
  core: Core,
  { relyingParty, audience }: IdJagAudience,
  client: ClientRecord,
  userId: string,
): Promise<string> {
  if (relyingParty === undefined) {
    if (client.metadata.subject_type !== 'pairwise') return userId
    throw refused(`${client.id} has pairwise subjects: set relyingParty for ${audience}`)
  }
  const party = await core.clients.find(relyingParty)
  if (party === undefined) throw refused(`the relyingParty ${relyingParty} of ${audience} is not registered`)
  return subjectOf(core, party, userId)
}

async function answer(
  core: Core,
  { lifetimeSeconds }: IdJagRules,
  { request: { client }, policy: { audience } }: Asked,
  { subject, claims }: { readonly subject: Subject; readonly claims: { readonly scope: string | undefined } },
): Promise<TokenAnswer> {
  const now = core.clock.now()
  const exp = Math.min(now + lifetimeSeconds, subject.grant.expiresAt)
  const jti = encodeBase64url(core.random.bytes(16))
  // A profile does not start without an algorithm that it allows.
  const [algorithm] = allowed(core.config.idTokenAlgorithms, demandsOn(core, client).signingAlgorithms)
  const signed = await core.keys.sign(algorithm as string, idJag.typ, { ...claims, iat: now, exp, jti })
  const { userId, grant } = subject
  core.emit({ type: 'id_jag.issued', clientId: client.id, userId, grantId: grant.id, audience, jti })
  await markClientUsed(core, client)
  const body = {
    issued_token_type: idJag.tokenType,
    // It is no access token, but RFC 8693 section 2.2.1 has no other place for it.
    access_token: signed,
    token_type: 'N_A',
    expires_in: exp - now,
    scope: claims.scope,
  }
  return { body, headers: {} }
}
