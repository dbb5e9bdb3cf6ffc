import { askForClient, askForUser } from '../../assertions/asserted.ts'
import { type AcceptedAssertion, checkAssertion } from '../../assertions/check-assertion.ts'
import type { Trust } from '../../assertions/trust.ts'
import { noJwt, type VerifiedAssertion, verifyAssertion } from '../../assertions/verify-assertion.ts'
import type { Core } from '../../contracts/core.ts'
import type { GrantType, TokenRequest } from '../../contracts/grant-type.ts'
import type { Issuance } from '../../contracts/issuance.ts'
import { isPublic, isSelfRegistered } from '../../policy/client.ts'
import { machineAccess } from '../../policy/machine-access.ts'
import { machineScope } from '../../policy/scope.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { parseScope } from '../../protocol/scope.ts'
import { claimOnce } from '../../records/replays.ts'
import { isBoundTo } from '../../tokens/binding.ts'
import { resourcesWithin, scopeWithin } from './bounds.ts'
import { answerIdJag } from './id-jag-answer.ts'

export const jwtBearerGrantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/**
 * Exchanges an assertion of a trusted issuer for an access token ({@link
 * https://www.rfc-editor.org/rfc/rfc7523#section-2.1 RFC 7523 section 2.1}).
 */
export function jwtBearerGrant(trusted: readonly Trust[]): GrantType {
  return {
    name: jwtBearerGrantType,
    publicClients: trusted.some(({ publicClients }) => publicClients),
    withoutUser: trusted.some(({ subject }) => subject === 'client'),
    async decide(core, request) {
      const text = request.parameters.get('assertion')
      if (text === undefined) throw new OAuthError('invalid_request', 'missing assertion')
      const { trust, claims } = await verify(core, trusted, text)
      const { client, binding } = request
      const facts = { trust, issuer: core.config.issuer, clientId: client.id, now: core.clock.now() }
      const assertion = checkAssertion(claims, facts)
      if (typeof assertion === 'string') throw invalid(assertion)
      requireClient(trust, request)
      if (!isBoundTo(claims.cnf, binding))
        throw invalid('it is bound to a key (cnf), which this request does not prove')
      const decide = trust.subject === 'user' ? forUser : forClient
      const issuance = await decide(core, trust, request, assertion)
      return trust.profile === 'id-jag' ? answerIdJag(core, request, issuance) : issuance
    },
  }
}

async function verify(core: Core, trusted: readonly Trust[], text: string): Promise<VerifiedAssertion> {
  const verified = await verifyAssertion(core, trusted, text)
  if (typeof verified !== 'string') return verified
  if (verified === noJwt) throw invalid(noJwt)
  throw invalid('its issuer or its signature is not accepted', verified)
}

/** @throws {OAuthError} `unauthorized_client` when the entry does not let this kind of client present assertions */
function requireClient(
  { publicClients, profile, subject, selfRegisteredClients }: Trust,
  { client }: TokenRequest,
): void {
  if (isPublic(client) && !publicClients) {
    throw new OAuthError('unauthorized_client', 'this assertion is for clients that authenticate', {
      cause: 'publicClients of the issuer in jwtBearer allows it to public clients',
    })
  }
  if (subject === 'user' && profile === 'jwt' && isSelfRegistered(client) && !selfRegisteredClients) {
    throw new OAuthError('unauthorized_client', 'this assertion is for clients that the operator registered', {
      cause: 'selfRegisteredClients of the issuer in jwtBearer allows it to other clients',
    })
  }
}

async function forUser(
  core: Core,
  trust: Trust,
  { client, parameters }: TokenRequest,
  assertion: AcceptedAssertion,
): Promise<Issuance> {
  const user = await askForUser(core, trust, assertion, { clientId: client.id })
  if (user === undefined) throw invalid('its subject has no account here, or may not use this client')
  const { userId, referenceId } = user
  // What was withdrawn after the assertion was made is not given back by it.
  const withdrawals = await core.knownWithdrawals(client, userId, assertion.issuedAt)
  const named = parameters.get('scope') !== undefined || assertion.scope !== undefined || user.scope !== undefined
  const possible = (parseScope(client.metadata.scope) ?? []).filter(
    // No refresh token, so no offline access; no sign-in, so no ID token unless somebody names openid.
    (scope) => scope !== 'offline_access' && (named || scope !== 'openid'),
  )
  const scope = scopeWithin(parameters.get('scope'), possible, [assertion.scope, user.scope])
  const bounds = [assertion.resources, user.resources]
  const resources = resourcesWithin(parameters.all('resource'), core.config.validAudiences, bounds)
  const facts = { client, userId, scope, resources, referenceId, withdrawals, via: 'jwtBearer' }
  const made = core.grantFor(facts)
  // The grant ends with its only token: the user's list of connected apps shows what is alive.
  const grant = { ...made.grant, expiresAt: core.clock.now() + core.config.lifetimes.accessToken }
  return {
    grantType: jwtBearerGrantType,
    client,
    grant,
    scope,
    resources,
    refresh: false,
    async commit({ accessToken }) {
      await claim(core, trust, assertion)
      await commitUnlessWithdrawn(core, { ...made, grant }, accessToken)
      core.emit({ type: 'jwt_bearer.accepted', issuer: trust.issuer, clientId: client.id, userId, grantId: grant.id })
      return {}
    },
  }
}

async function commitUnlessWithdrawn(
  core: Core,
  newGrant: Parameters<Core['commitGrant']>[0],
  accessToken: Parameters<Issuance['commit']>[0]['accessToken'],
): Promise<void> {
  try {
    await core.commitGrant(newGrant, accessToken === undefined ? {} : { accessToken })
  } catch (cause) {
    if (!(cause instanceof OAuthError) || cause.code !== 'access_denied') throw cause
    throw invalid('access was withdrawn after it was issued: get a new one', cause)
  }
}

async function forClient(
  core: Core,
  trust: Trust,
  { client, parameters }: TokenRequest,
  assertion: AcceptedAssertion,
): Promise<Issuance> {
  const workload = await askForClient(core, trust, assertion, { clientId: client.id })
  if (workload?.clientId !== client.id) throw invalid('its subject is not the client that presents it')
  const access = machineAccess(client, core.config)
  const possible = machineScope(client, undefined, access.scopes)
  const unlimited = parameters.get('scope') === undefined && workload.scope === undefined
  return {
    grantType: jwtBearerGrantType,
    client,
    scope: unlimited ? possible : scopeWithin(parameters.get('scope'), possible, [workload.scope]),
    resources: resourcesWithin(parameters.all('resource'), access.resources, [workload.resources]),
    refresh: false,
    async commit({ accessToken }) {
      await claim(core, trust, assertion)
      if (accessToken !== undefined) await core.storage.accessTokens.insert(accessToken)
      core.emit({ type: 'jwt_bearer.accepted', issuer: trust.issuer, clientId: client.id })
      return {}
    },
  }
}

/** Uses up the `jti`, after everything that can fail: exactly one of many requests with the same assertion goes on. */
async function claim(core: Core, { issuer, singleUse }: Trust, { jti, refusedFrom }: AcceptedAssertion): Promise<void> {
  if (!singleUse || jti === undefined) return
  // By issuer and not by client: an assertion is used up for every client.
  const once = { purpose: 'jwt-bearer assertion', clientId: issuer, value: jti, refusedFrom }
  if (!(await claimOnce(core, once))) throw invalid('it was used before')
}

/** Every fault of an assertion is `invalid_grant` (RFC 7523 section 3.1). */
function invalid(problem: string, cause?: unknown): OAuthError {
  return new OAuthError('invalid_grant', `the assertion is not valid: ${problem}`, {
    ...(cause !== undefined && { cause }),
  })
}
