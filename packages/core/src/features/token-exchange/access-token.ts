import type { Core } from '../../contracts/core.ts'
import type { TokenRequest } from '../../contracts/grant-type.ts'
import type { Issuance, OwnAnswer } from '../../contracts/issuance.ts'
import { requestedResources } from '../../policy/resource.ts'
import { registeredPart } from '../../policy/scope.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { firstScopeOutside, parseScope } from '../../protocol/scope.ts'
import type { GrantRecord } from '../../storage/grant.ts'
import { isBoundTo } from '../../tokens/binding.ts'
import { type DecidedExchange, decideExchange } from './access-token-decision.ts'
import type { SubjectTokenFacts } from './access-token-options.ts'
import type { AccessTokenRules } from './access-token-rules.ts'
import { accessTokenSubject, accessTokenType } from './access-token-subject.ts'
import { type Actor, allowsActor, countActors, withActor } from './actor.ts'
import { askMayAct } from './actor-members.ts'
import { readActor, type TokenActor } from './actor-token.ts'
import type { IssuedTokenKind, Subject, SubjectAccess } from './exchange.ts'
import { foreignSubject } from './foreign-subject.ts'
import { tokenExchangeGrantType } from './grant-type.ts'
import { invalidSubject } from './invalid-subject.ts'
import { refreshTokenSubject } from './refresh-token-subject.ts'

interface Asked {
  readonly request: TokenRequest
  /** `undefined`: the request names none. */
  readonly scope: readonly string[] | undefined
  /** What the request names by `resource` and `audience`, in the spelling of the configuration. */
  readonly resources: readonly string[]
}

/** Scopes that no exchange gives: it is no sign-in, and it gives no refresh token. */
const withheld: ReadonlySet<string> = new Set(['openid', 'offline_access'])

/** Issues access tokens of this server that give no more than the subject token ({@link https://www.rfc-editor.org/rfc/rfc8693 RFC 8693}). */
export function accessTokenKind(rules: AccessTokenRules): IssuedTokenKind {
  const { trusted } = rules
  const foreign =
    trusted.length === 0 ? [] : (['jwt', 'id_token'] as const).map((type) => foreignSubject(type, trusted))
  return {
    type: accessTokenType,
    subjects: [accessTokenSubject, refreshTokenSubject, ...foreign],
    refuses: [],
    prepare(core, request) {
      const { parameters } = request
      const text = parameters.get('scope')
      const scope = text === undefined ? undefined : parseScope(text)
      if (text !== undefined && scope === undefined) {
        throw new OAuthError('invalid_scope', 'scope has characters that are not allowed')
      }
      if (parameters.has('authorization_details') && !core.registry.tokenMembers.has('authorization_details')) {
        throw new OAuthError('invalid_request', 'authorization_details is not supported here')
      }
      const targets = [...parameters.all('resource'), ...parameters.all('audience')]
      const resources = requestedResources(targets, core.config.validAudiences)
      const asked = { request, scope, resources }
      return { decide: (subject) => decide(core, rules, asked, subject) }
    },
  }
}

async function decide(core: Core, rules: AccessTokenRules, asked: Asked, subject: Subject): Promise<OwnAnswer> {
  const { request } = asked
  const { userId, authTime, acr, amr } = subject
  const access = await accessOf(rules, request, subject)
  const user = await core.config.authentication.getUser(userId)
  if (user === undefined || user === null) throw invalidSubject('the user is no longer available')
  const keyNotProved = !isBoundTo(access.cnf, request.binding, request.instance)
  // The client that the token was issued to has the key, so a request without proof of it is that of a thief.
  if (keyNotProved && access.clientId === request.client.id) throw invalidSubject('it is bound to another key')
  const actor = await readActor(core, request)
  const scope = scopeWithin(asked, access)
  const decision = await decideExchange(core, rules, {
    user,
    clientId: request.client.id,
    subjectToken: factsOf(access, keyNotProved),
    ...(actor !== undefined && { actor }),
    scope,
    resources: asked.resources,
    ...(authTime !== undefined && { authTime }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
  })
  if (keyNotProved && !decision.withoutSubjectKey) throw invalidSubject('it is bound to another key')
  const act = actorsOf(core, rules, { request, access, mode: decision.mode, actor })
  return answerWith(core, issuanceOf(core, rules, { asked, subject, access, decision, act }))
}

/** A refresh token says nothing of who may act. It is held to what an access token from it would say (`may_act`). */
async function accessOf(
  rules: AccessTokenRules,
  { client }: TokenRequest,
  { access, userId }: Subject,
): Promise<SubjectAccess> {
  if (access === undefined) throw invalidSubject('it gives no access')
  if (access.type !== 'refresh_token') return access
  const { scope, resources } = access
  return { ...access, mayAct: await askMayAct(rules, { client, userId, scope, resources }) }
}

function factsOf(access: SubjectAccess, keyNotProved: boolean): SubjectTokenFacts {
  const { type, tokenId, clientId, issuer, scope, resources, act } = access
  return {
    type,
    ...(tokenId !== undefined && { id: tokenId }),
    ...(clientId !== undefined && { clientId }),
    ...(issuer !== undefined && { issuer }),
    scope,
    resources,
    ...(act !== undefined && { act }),
    keyNotProved,
  }
}

/**
 * Returns the scopes that a request may have at most: those that it names, or else all that both the subject token has and
 * the client is registered for.
 * @throws {OAuthError} `invalid_scope`
 */
function scopeWithin({ request: { client }, scope }: Asked, access: SubjectAccess): readonly string[] {
  const possible = registeredPart(client, access.scope).filter((one) => !withheld.has(one))
  const asked = scope ?? possible
  const outside = firstScopeOutside(asked, possible)
  if (outside !== undefined) {
    throw new OAuthError(
      'invalid_scope',
      `scope ${outside} is not in the subject token, not registered by the client, or never given in an exchange`,
    )
  }
  if (asked.length > 0 || access.details !== undefined) return asked
  throw new OAuthError('invalid_scope', 'the client is registered for no scope of the subject token')
}

/**
 * Returns the claim `act` of the new token: who acts now, and within it who acted before.
 * @throws {OAuthError} `invalid_request` when `may_act` of the subject token names somebody else, or the chain is too long
 */
function actorsOf(
  { config }: Core,
  { maxActors }: AccessTokenRules,
  facts: {
    readonly request: TokenRequest
    readonly access: SubjectAccess
    readonly mode: DecidedExchange['mode']
    readonly actor: TokenActor | undefined
  },
): Actor | undefined {
  const { request, access, mode, actor } = facts
  const acting: Actor = { sub: actor?.sub ?? request.client.id }
  // Who impersonates a user acts for the user as well.
  if (
    access.mayAct !== undefined &&
    !allowsActor(access.mayAct, { ...acting, iss: config.issuer }, access.issuer ?? config.issuer)
  ) {
    throw new OAuthError('invalid_request', 'the subject_token does not allow this actor', {
      cause: `may_act does not name ${acting.sub}`,
    })
  }
  const act = mode === 'delegation' ? withActor(acting, access.act) : access.act
  if (countActors(act) <= maxActors) return act
  throw new OAuthError('invalid_request', 'the subject_token was exchanged too many times', {
    cause: `accessTokens.maxActors is ${maxActors}`,
  })
}

function issuanceOf(
  core: Core,
  rules: AccessTokenRules,
  facts: {
    readonly asked: Asked
    readonly subject: Subject
    readonly access: SubjectAccess
    readonly decision: DecidedExchange
    readonly act: Actor | undefined
  },
): Issuance {
  const { asked, subject, access, decision, act } = facts
  const { client, parameters, binding } = asked.request
  const { scope } = decision
  const resources = decision.resources ?? access.resourcesWithin(asked.resources)
  const grant = boundedGrant(core, rules, subject.grant, { clientId: client.id, access })
  const extra = { ...(act !== undefined && { act }), ...(access.mayAct !== undefined && { may_act: access.mayAct }) }
  return {
    grantType: tokenExchangeGrantType,
    client,
    grant,
    scope,
    resources,
    ...(Object.keys(extra).length > 0 && { extra }),
    ...(binding !== undefined && { binding }),
    parameters,
    refresh: false,
    async commit({ accessToken }) {
      if (access.store !== undefined) await access.store({ ...grant, scope, resources }, accessToken)
      else if (accessToken !== undefined) await core.storage.accessTokens.insert(accessToken)
      core.emit({
        type: 'token.exchanged',
        clientId: client.id,
        userId: subject.userId,
        grantId: subject.grant.id,
        ...(access.tokenId !== undefined && { subjectTokenId: access.tokenId }),
        ...(access.clientId !== undefined && { subjectClientId: access.clientId }),
        ...(access.issuer !== undefined && { subjectIssuer: access.issuer }),
        mode: decision.mode,
        ...(act !== undefined && { actor: act.sub }),
        resources,
        scopes: scope,
      })
      return {}
    },
  }
}

/**
 * The grant of the subject token as the new token may see it: for the client that exchanges, and with the bounds of the
 * subject token in place of its own. It keeps the id, so that the new token ends with the grant. It is never stored.
 */
function boundedGrant(
  { clock }: Core,
  { lifetimeSeconds = Number.POSITIVE_INFINITY }: AccessTokenRules,
  grant: GrantRecord,
  { clientId, access }: { readonly clientId: string; readonly access: SubjectAccess },
): GrantRecord {
  const { authorization_details: _, ...extra } = grant.extra ?? {}
  return {
    ...grant,
    clientId,
    scope: access.scope,
    extra: { ...extra, ...(access.details !== undefined && { authorization_details: access.details }) },
    expiresAt: Math.min(grant.expiresAt, access.expiresAt, clock.now() + lifetimeSeconds),
  }
}

/** The token response says what was issued ({@link https://www.rfc-editor.org/rfc/rfc8693#section-2.2.1 RFC 8693 section 2.2.1}). */
function answerWith(core: Core, issuance: Issuance): OwnAnswer {
  return {
    async answer() {
      const { body, headers } = await core.issue(issuance)
      return { body: { ...body, issued_token_type: accessTokenType }, headers }
    },
  }
}
