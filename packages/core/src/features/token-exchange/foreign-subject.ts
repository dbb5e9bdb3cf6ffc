import { askForUser } from '../../assertions/asserted.ts'
import { type AcceptedAssertion, checkAssertion } from '../../assertions/check-assertion.ts'
import type { Trust } from '../../assertions/trust.ts'
import { verifyAssertion } from '../../assertions/verify-assertion.ts'
import type { Core } from '../../contracts/core.ts'
import type { NewGrant } from '../../contracts/grant.ts'
import type { TokenRequest } from '../../contracts/grant-type.ts'
import { requestedResources } from '../../policy/resource.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { parseScope } from '../../protocol/scope.ts'
import { knowsBinding } from '../../tokens/binding.ts'
import type { Subject, SubjectAccess, SubjectTokenReader } from './exchange.ts'
import { invalidSubject } from './invalid-subject.ts'

/**
 * JWTs of other issuers about users of this server, for instance the ID tokens of an identity provider. The same function
 * verifies them as the assertions of `jwtBearer`.
 */
export function foreignSubject(type: 'jwt' | 'id_token', trusted: readonly Trust[]): SubjectTokenReader {
  return {
    type: `urn:ietf:params:oauth:token-type:${type}`,
    async read(core, request, text) {
      const verified = await verifyAssertion(core, trusted, text)
      if (typeof verified === 'string') throw invalidSubject(verified)
      const { trust, claims } = verified
      const facts = { trust, issuer: core.config.issuer, clientId: request.client.id, now: core.clock.now() }
      const assertion = checkAssertion(claims, facts)
      if (typeof assertion === 'string') throw invalidSubject(assertion)
      if (!knowsBinding(core, claims.cnf)) throw invalidSubject('it is bound in a way that this process does not know')
      return read(core, request, trust, assertion)
    },
  }
}

async function read(
  core: Core,
  { client }: TokenRequest,
  trust: Trust,
  assertion: AcceptedAssertion,
): Promise<Subject> {
  const user = await askForUser(core, trust, assertion, { clientId: client.id })
  if (user === undefined) throw invalidSubject('mapSubject refused it')
  const { userId, referenceId } = user
  // What was withdrawn after the token was made is not given back by it.
  const withdrawals = await core.knownWithdrawals(client, userId, assertion.issuedAt)
  const scope = user.scope ?? parseScope(client.metadata.scope) ?? []
  const made = core.grantFor({ client, userId, scope, referenceId, withdrawals, via: 'tokenExchange' })
  const expiresAt = Math.floor(assertion.claims.exp as number)
  return {
    userId,
    // The grant ends with its only token, as one of an assertion does.
    grant: { ...made.grant, expiresAt: Math.min(expiresAt, core.clock.now() + core.config.lifetimes.accessToken) },
    access: {
      ...accessOf(core, assertion, { scope, resources: user.resources, expiresAt }),
      store: storeOf(core, made),
    },
  }
}

function accessOf(
  { config }: Core,
  { claims, jti }: AcceptedAssertion,
  bounds: {
    readonly scope: readonly string[]
    readonly resources: readonly string[] | undefined
    readonly expiresAt: number
  },
): SubjectAccess {
  const { resources = [], scope, expiresAt } = bounds
  const allowed = bounds.resources ?? config.validAudiences
  return {
    type: 'jwt',
    ...(jti !== undefined && { tokenId: jti }),
    issuer: claims.iss as string,
    scope,
    resources,
    resourcesWithin: (asked) => (asked.length === 0 ? resources : requestedResources(asked, allowed, 'mapSubject')),
    expiresAt,
    mayAct: claims.may_act,
    cnf: claims.cnf,
  }
}

/** Stores the new grant, unless the user has withdrawn access since the token was made. */
function storeOf(core: Core, { withdrawals }: NewGrant): NonNullable<SubjectAccess['store']> {
  return async (grant, accessToken) => {
    try {
      await core.commitGrant({ grant, withdrawals }, accessToken === undefined ? {} : { accessToken })
    } catch (cause) {
      if (!(cause instanceof OAuthError) || cause.code !== 'access_denied') throw cause
      throw invalidSubject('access was withdrawn after it was issued')
    }
  }
}
