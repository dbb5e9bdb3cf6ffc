import type { Core } from '../contracts/core.ts'
import type { TokenRequest } from '../contracts/grant-type.ts'
import type { Committed, Issuance, Minted } from '../contracts/issuance.ts'
import { isLive } from '../policy/grant.ts'
import { withholdRefreshToken } from '../policy/refresh-token.ts'
import { grantedResources } from '../policy/resource.ts'
import { grantedScope } from '../policy/scope.ts'
import { OAuthError } from '../protocol/errors.ts'
import { type Approval, findWaiting, replaceWaiting, type WaitingRequest } from './waiting-request.ts'

/** By how many seconds a client that asks too often has to wait longer ({@link https://www.rfc-editor.org/rfc/rfc8628#section-3.5 RFC 8628 section 3.5}). */
const slowerBy = 5

/** Seconds by which a token request may be early: times are whole seconds, and networks are not even. */
const tolerance = 1

/** What is particular to a grant type whose clients poll. */
export interface PolledGrant {
  readonly grantType: string
  /** The parameter of the token request that names the request, for instance `device_code`. */
  readonly parameter: string
  /** What the parameter is called in error texts, for instance `device code`. */
  readonly called: string
  /** Called once, when the client asks for a request that has expired. */
  expired(core: Core, request: WaitingRequest): void
}

/**
 * Decides about the token request of a client whose user answers elsewhere. A request that is too early costs one read and
 * one write.
 * @param found the request that the parameter names, whoever's it is; also one that has expired
 * @throws {OAuthError} `authorization_pending`, `slow_down`, `expired_token`, `access_denied`, or `invalid_grant`, for which
 * the client gets one text whatever the reason
 */
export async function decidePoll(
  core: Core,
  polled: PolledGrant,
  request: TokenRequest,
  found: WaitingRequest | undefined,
): Promise<Issuance> {
  const invalid = invalidParameter(polled)
  if (found === undefined) throw invalid('it is unknown or was used before')
  if (found.clientId !== request.client.id) throw invalid('it was issued to another client')
  await checkBindings(core, found, request, invalid)
  const { answer, goodUntil } = found.value
  const over = core.clock.now() >= goodUntil && answer?.kind !== 'denied'
  if (over || answer?.kind === 'expired') throw await expired(core, polled, found)
  if (answer === undefined) throw await pending(core, found)
  if (answer.kind !== 'approved') throw refused()
  if (!isLive(answer.newGrant.grant, core.clock.now())) throw invalid('the grant has ended')
  return issuance(core, polled, request, { ...found, answer })
}

type Invalid = (reason: string) => OAuthError

/** Makes the same response for every invalid value. Only the event tells the reason. */
function invalidParameter({ parameter }: PolledGrant): Invalid {
  return (reason) => new OAuthError('invalid_grant', `Invalid '${parameter}' in request.`, { cause: reason })
}

/** Checks what the first request was bound to, for instance a key. */
async function checkBindings(
  { registry }: Core,
  { value }: WaitingRequest,
  request: TokenRequest,
  invalid: Invalid,
): Promise<void> {
  for (const [name, bound] of Object.entries(value.authorization.extra ?? {})) {
    const parameter = registry.authorizationParameters.get(name)
    if (parameter === undefined) throw invalid(`the parameter ${name} of its request is not known to this process`)
    if (parameter.keptWith === 'code') await parameter.checkRedemption?.(bound, request)
  }
}

/** Answers a client whose user has not answered. One conditional write decides whether it came too early. */
async function pending(core: Core, found: WaitingRequest): Promise<OAuthError> {
  const { polledAt, interval } = found.value
  const now = core.clock.now()
  const early = polledAt !== undefined && now + tolerance < polledAt + interval
  const value = { ...found.value, polledAt: now, interval: early ? interval + slowerBy : interval }
  if (await replaceWaiting(core, found, { ...found, value })) return early ? slowDown() : notYet()
  // Something else wrote first: the user's answer, which the next request gets, or another request of this client.
  const current = await findWaiting(core, found)
  const polled = current?.value.polledAt !== polledAt || current?.value.interval !== interval
  return polled ? slowDown() : notYet()
}

async function expired(core: Core, polled: PolledGrant, found: WaitingRequest): Promise<OAuthError> {
  if (found.value.answer?.kind !== 'expired') {
    const value = { ...found.value, answer: { kind: 'expired' } as const }
    if (await replaceWaiting(core, found, { ...found, value })) polled.expired(core, found)
  }
  return new OAuthError('expired_token', `the ${polled.called} has expired; ask for a new one`)
}

/** A request that its user has approved. */
export type ApprovedRequest = WaitingRequest & { readonly answer: Approval }

/** Returns the tokens that a client gets for an approved request. They are issued once. */
export function issuance(
  core: Core,
  polled: PolledGrant,
  { client, parameters }: Pick<TokenRequest, 'client' | 'parameters'>,
  approved: ApprovedRequest,
): Issuance {
  const { grant } = approved.answer.newGrant
  const { nonce } = approved.value.authorization
  const scope = grantedScope(client, grant.scope)
  const withheld = withholdRefreshToken(client, scope, core.config)
  return {
    grantType: polled.grantType,
    client,
    grant,
    scope,
    resources: grantedResources(parameters.all('resource'), grant.resources, core.config, { scope }),
    ...(nonce !== undefined && { nonce }),
    refresh: withheld === undefined,
    ...(withheld !== undefined && { refreshTokenWithheld: withheld }),
    commit: (minted) => collect(core, polled, approved, minted),
  }
}

/** The one write: it takes the request and adds the grant with its tokens. Of many token requests one wins. */
async function collect(
  core: Core,
  polled: PolledGrant,
  { kind, id, version, answer: { newGrant, consent } }: ApprovedRequest,
  { accessToken, refreshToken }: Minted,
): Promise<Committed> {
  const commit = {
    take: [{ kind, id, version }],
    ...(consent !== undefined && { consent }),
    ...(accessToken !== undefined && { accessToken }),
    ...(refreshToken !== undefined && { refreshToken: refreshToken.record }),
  }
  const outcome = await core.commitGrant(newGrant, commit).catch((thrown: unknown) => {
    throw thrown instanceof OAuthError && thrown.code === 'access_denied' ? refused(thrown) : thrown
  })
  if (outcome === 'gone') throw invalidParameter(polled)('it was used before')
  return refreshToken === undefined ? {} : { refreshToken: refreshToken.text }
}

function notYet(): OAuthError {
  return new OAuthError('authorization_pending', 'the user has not answered yet')
}

function slowDown(): OAuthError {
  return new OAuthError('slow_down', `the client asks too often: wait ${slowerBy} seconds longer from now on`)
}

/** With the status of the token endpoint ({@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}). */
function refused(cause?: OAuthError): OAuthError {
  const text = cause === undefined ? 'the user has refused' : cause.description
  return new OAuthError('access_denied', text, { status: 400, ...(cause !== undefined && { cause }) })
}
