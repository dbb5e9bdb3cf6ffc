import type { ClientInstance } from '../../contracts/client-instance.ts'
import type { Core } from '../../contracts/core.ts'
import type { ClientCall, ClientEndpoint } from '../../contracts/endpoint.ts'
import type { Binding } from '../../contracts/sender-constraint.ts'
import { addParameters } from '../../http/add-parameters.ts'
import { json } from '../../http/json.ts'
import { type Parameters, parseUnchecked } from '../../http/parameters.ts'
import { asOAuthError } from '../../policy/failure.ts'
import type { AuthorizationRequest } from '../../protocol/authorization-request.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { coreParameters } from '../../protocol/parameter-names.ts'
import { checkLogin } from '../../sessions/check-login.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { boundParameters, withProofHeaders } from '../../tokens/binding.ts'
import {
  type AuthSession,
  claimSession,
  type Pairs,
  replaceSession,
  type StoredSession,
  storeSession,
} from './auth-session.ts'
import { checkAnswer } from './host-answer.ts'
import { issueCode } from './issue-code.ts'
import type { AuthorizationChallenge, ChallengeAnswer, ChallengeRules } from './options.ts'

/** The name of the endpoint, in `provider.handlers` and of its rate limit. */
export const challengeEndpointName = 'authorizationChallenge'

const path = '/oauth2/authorize-challenge'

/**
 * The authorization challenge endpoint ({@link
 * https://datatracker.ietf.org/doc/html/draft-ietf-oauth-first-party-apps-03#section-5 draft-ietf-oauth-first-party-apps-03
 * section 5}). Scripts of other origins cannot call it: the draft advises against it for applications in a browser.
 */
export function challengeEndpoint(rules: ChallengeRules): ClientEndpoint {
  return {
    name: challengeEndpointName,
    path,
    methods: ['POST'],
    errors: 'json',
    rateLimit: challengeEndpointName,
    metadata: 'authorization_challenge_endpoint',
    handleClient: (core, call) => respond(core, call, rules),
  }
}

/** Parameters that authenticate the client. They are no part of the request. */
const credentials: ReadonlySet<string> = new Set(['client_secret', 'client_assertion', 'client_assertion_type'])

/** The request with which a session begins, and its parameters where it can continue in a browser. */
type BegunRequest = Pick<AuthSession, 'request' | 'parameters'>

/** What the steps of one request share. */
interface Step {
  readonly client: ClientRecord
  readonly parameters: Parameters
  readonly binding: Binding | undefined
  readonly instance: ClientInstance | undefined
  readonly beganAt: number
}

async function respond(core: Core, call: ClientCall, rules: ChallengeRules): Promise<Response> {
  const { client, parameters, request, evidence } = call
  const beganAt = core.clock.now()
  if (client.metadata.first_party_application !== true) {
    throw new OAuthError(
      'unauthorized_client',
      'the client is no first-party application: the server side sets first_party_application, or use a browser',
    )
  }
  const binding = await core.readBinding(request, { endpoint: core.config.issuer + path, client, evidence })
  return withProofHeaders(binding?.headers, async () => {
    const instance = evidence?.instance
    const step = { client, parameters, binding, instance, beganAt }
    const authSession = parameters.get('auth_session')
    const session = authSession === undefined ? undefined : await claimSession(core, authSession, step, rules.attempts)
    const begun: BegunRequest = session?.value ?? (await readRequest(core, request, step))
    const asked = begun.request
    if (needsPage(core, asked)) throw await toWeb(core, client, begun)
    const answer = await askHost(core, rules, step, asked, session)
    if (answer.type === 'authorized') {
      const { userId, session: login } = answer
      const take = session === undefined ? [] : [{ kind: session.kind, id: session.id, version: session.version }]
      // What was withdrawn since the user began to sign in ends this sign-in.
      const since = session?.createdAt ?? beganAt
      const code = await issueCode(core, { client, request: asked, userId, session: login, beganAt: since, take })
      return json(200, { authorization_code: code }, binding?.headers)
    }
    if (answer.type === 'redirect_to_web') {
      if (session !== undefined) await core.storage.records.take({ kind: session.kind, id: session.id })
      throw await toWeb(core, client, begun)
    }
    const { state, members } = answer
    const { parameters: sent } = begun
    const kept = { request: asked, ...(sent && { parameters: sent }), ...(state !== undefined && { state }) }
    if (session !== undefined) {
      const { cnf, attempts } = session.value
      await replaceSession(core, session, { ...kept, ...(cnf !== undefined && { cnf }), attempts })
    }
    const keys = { ...binding?.cnf, ...instance?.cnf }
    const value = { ...kept, ...(Object.keys(keys).length > 0 && { cnf: keys }), attempts: 1 }
    throw new OAuthError('insufficient_authorization', 'the user has to do more', {
      members: { ...members, auth_session: authSession ?? (await storeSession(core, client, value, rules.lifetime)) },
    })
  })
}

/**
 * Whether the request has something that the user must see before it is granted, for instance a payment in
 * `authorization_details`. The application shows no page of the server, and a program that poses as it shows anything.
 */
function needsPage({ registry }: Core, { extra = {} }: AuthorizationRequest): boolean {
  return Object.keys(extra).some((name) => registry.authorizationParameters.get(name)?.isCovered !== undefined)
}

/**
 * Makes the answer that sends the user to a browser, with a `request_uri` where there are pushed requests. Without PKCE there
 * is none ({@link https://datatracker.ietf.org/doc/html/draft-ietf-oauth-first-party-apps-03#section-5.2.2 section 5.2.2}).
 */
async function toWeb(core: Core, client: ClientRecord, { request, parameters }: BegunRequest): Promise<OAuthError> {
  const source = core.registry.parameterSources.find(({ keep }) => keep !== undefined)
  const text = 'continue with an authorization request in a browser'
  if (source === undefined || parameters === undefined || request.codeChallenge === undefined) {
    return new OAuthError('redirect_to_web', text)
  }
  const kept = await source.keep?.(core, client, parsePairs(core, parameters))
  return new OAuthError('redirect_to_web', text, {
    ...(kept !== undefined && { members: { request_uri: kept.requestUri, expires_in: kept.expiresIn } }),
  })
}

/**
 * Reads the authorization request as the authorization endpoint does. Without `redirect_uri`, which a first-party
 * application need not send, its first registered one stands in. An error is the answer, and never a redirect.
 */
async function readRequest(
  core: Core,
  request: Request,
  { client, parameters, binding, instance }: Step,
): Promise<BegunRequest> {
  for (const name of ['request', 'request_uri']) {
    // Its record would have to be used up, and a key that the client proves beside it would not count.
    if (parameters.has(name)) throw new OAuthError('invalid_request', `${name} must not be sent: send the parameters`)
  }
  const [first] = client.metadata.redirect_uris
  const added = {
    ...(parameters.get('client_id') === undefined && { client_id: client.id }),
    ...(parameters.get('redirect_uri') === undefined && first !== undefined && { redirect_uri: first }),
    ...boundParameters(binding, instance),
  }
  try {
    const asked = addParameters(ofRequest(core, parameters), added)
    // What must be pushed or signed is refused here as at the authorization endpoint.
    for (const source of core.registry.parameterSources) await source.admit?.(core, asked)
    const read = await core.readAuthorization(request, asked)
    const keeps = core.registry.parameterSources.some(({ keep }) => keep !== undefined)
    const pairs = { ...(keeps && { parameters: pairsOf(read.parameters) }) }
    if (read.client.id === client.id) return { request: read.authorization, ...pairs }
  } catch (thrown) {
    const { code, description, details } = asOAuthError(thrown)
    const { redirect: _, ...others } = details
    throw new OAuthError(code, description, others)
  }
  throw new OAuthError('invalid_request', 'client_id is not the client that has authenticated')
}

/** The parameters of the authorization request alone: what the user has entered is for the host and nobody else. */
function ofRequest({ registry }: Core, parameters: Parameters) {
  const known = parameters.names.filter(
    (name) => !credentials.has(name) && isKnown(name, registry.authorizationParameters),
  )
  return parsePairs(
    { registry },
    known.flatMap((name) => parameters.all(name).map((value) => [name, value] as const)),
  )
}

function pairsOf(parameters: Pick<Parameters, 'names' | 'all'>): Pairs {
  return parameters.names.flatMap((name) => parameters.all(name).map((value) => [name, value] as const))
}

function parsePairs({ registry }: Pick<Core, 'registry'>, pairs: Pairs) {
  const encoded = new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString()
  return parseUnchecked(encoded, registry.repeatable)
}

function isKnown(name: string, others: { has(name: string): boolean }): boolean {
  return coreParameters.has(name) || others.has(name)
}

/**
 * Asks the host what comes next, and checks its answer against what the client asks for.
 * @throws {OAuthError} `unmet_authentication_requirements` or `login_required` when the host authenticated the user by
 * less than the client demands, or another user
 */
async function askHost(
  core: Core,
  rules: ChallengeRules,
  step: Step,
  request: AuthorizationRequest,
  session: StoredSession | undefined,
): Promise<ChallengeAnswer> {
  const asked = { ...challengeOf(core, step, request), ...(session?.value.state && { state: session.value.state }) }
  const answer = checkAnswer(await rules.challenge(asked), core.clock.now())
  if (answer.type === 'authorized') await checkLogin(core, step.client, request, answer)
  return answer
}

function challengeOf(core: Core, { client, parameters }: Step, request: AuthorizationRequest): AuthorizationChallenge {
  const { scope: scopes, resources, loginHint, acrValues, maxAge } = request
  const entered = parameters.names.filter(
    (name) => name !== 'auth_session' && !isKnown(name, core.registry.authorizationParameters),
  )
  return {
    ...{ client, scopes, resources },
    ...(loginHint !== undefined && { loginHint }),
    ...(acrValues !== undefined && { acrValues }),
    ...(maxAge !== undefined && { maxAge }),
    parameters: Object.fromEntries(entered.map((name) => [name, parameters.get(name) ?? ''])),
  }
}
