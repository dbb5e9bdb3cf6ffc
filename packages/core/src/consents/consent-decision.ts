import { claimsBeyondScope } from '../claims/requested-claims.ts'
import { isTrusted } from '../clients/trust.ts'
import type { Context } from '../contracts/context.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import { createId } from '../crypto/credential.ts'
import { mayGoUnasked } from '../policy/impersonable-client.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { firstScopeOutside } from '../protocol/scope.ts'
import { type Awaitable, isThenable, whenKnown } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentKey, ConsentRecord } from '../storage/consent.ts'
import type { Extra } from '../storage/extra.ts'
import { consentDestination } from './consent-destination.ts'
import { grantedBefore, isNewHost, isNewResource } from './granted-before.ts'

/** What is known of the user's consent to a request. */
export interface ConsentStanding {
  /** Whether the user has to be asked. */
  readonly missing: boolean
  /** The scopes that the user granted to the client before, as far as they count for this request. */
  readonly granted: readonly string[]
}

/**
 * Finds out whether the user has to be asked for consent, and what the user granted before. Trusted clients are not asked
 * for. For others, the user is asked until a remembered consent covers the whole request. For public clients that any
 * program can impersonate, the user is asked each time, trusted or not.
 */
export async function consentStanding(
  ctx: Context,
  client: ClientRecord,
  request: AuthorizationRequest,
  of: Pick<ConsentKey, 'userId' | 'referenceId'>,
): Promise<ConsentStanding> {
  const mayGo = mayGoUnasked(client, request.redirectUri, ctx.config.rememberConsentOfNativeClients)
  if (!mayGo && request.includeGrantedScopes !== true) return { missing: true, granted: [] }
  if (mayGo && (await isTrusted(ctx, client))) return { missing: false, granted: [] }
  const { userId, referenceId } = of
  const key = { clientId: client.id, userId, ...(referenceId !== undefined && { referenceId }) }
  const found = ctx.storage.consents.find(key)
  const consent = isThenable(found) ? await found : found
  if (consent === undefined) return { missing: true, granted: [] }
  const facts = consentDestination(client, request.redirectUri)
  const destination = facts instanceof Promise ? await facts : facts
  const missing =
    !mayGo ||
    isNewHost(destination, consent) ||
    isBeyond(request, consent) ||
    (request.extra !== undefined && (await isExtraMissing(ctx, request.extra, consent)))
  return { missing, granted: isNewHost(destination, consent) ? [] : grantedBefore(client, request, consent) }
}

/** Whether a request goes beyond what the user agreed to, apart from where the response goes and what features ask for. */
function isBeyond(request: AuthorizationRequest, consent: ConsentRecord): boolean {
  const newClaim = claimsBeyondScope(request.claims, [...request.scope, ...consent.scope]).some(
    ({ name }) => !consent.claims.includes(name),
  )
  const newScope = firstScopeOutside(request.scope, consent.scope) !== undefined
  return isNewResource(request, consent) || newClaim || newScope
}

/** Whether a parameter of a feature goes beyond what the user agreed to. A parameter that no feature knows does. */
async function isExtraMissing({ registry }: Context, extra: Extra, consent: ConsentRecord): Promise<boolean> {
  for (const [name, value] of Object.entries(extra)) {
    const parameter = registry.authorizationParameters.get(name)
    if (parameter === undefined) return true
    // A host that is not written in TypeScript may answer with anything: only `true` spares the user the question.
    if (parameter.isCovered !== undefined && (await parameter.isCovered(value, consent)) !== true) return true
  }
  return false
}

/**
 * Asks the host for the reference under which the user consents (`consentReferenceResolver`). A consent with a
 * reference never counts for a request without one.
 */
export function consentReference(
  ctx: Context,
  client: ClientRecord,
  scopes: readonly string[],
  signedIn: SignedIn<BaseUser>,
): Awaitable<string | undefined> {
  const { consentReferenceResolver } = ctx.config.resolvers
  if (consentReferenceResolver === undefined) return undefined
  return whenKnown(consentReferenceResolver({ client, ...signedIn, scopes }), (answer) => answer ?? undefined)
}

/** The part of a request that the user has accepted. */
export interface Accepted {
  readonly scope: readonly string[]
  /** The names of accepted claims beyond those that the scopes of the request bring. */
  readonly claims: readonly string[]
}

/** Who approved which request: see `consentOf`. */
export interface Approval {
  readonly client: ClientRecord
  readonly request: AuthorizationRequest
  readonly userId: string
  readonly referenceId: string | undefined
}

/** Makes the consent record that remembers an approval. */
export async function consentOf(
  ctx: Context,
  { client, request, userId, referenceId }: Approval,
  { scope, claims }: Accepted,
): Promise<ConsentRecord> {
  const destination = await consentDestination(client, request.redirectUri)
  const now = ctx.clock.now()
  return {
    id: createId('n', now, ctx.random),
    clientId: request.clientId,
    userId,
    ...(referenceId !== undefined && { referenceId }),
    scope,
    resources: request.resources,
    claims,
    redirectHosts: destination === undefined ? [] : [destination],
    createdAt: now,
    updatedAt: now,
  }
}
