import { acceptExtra, hasMoreThanScope } from '../authorization/request-extra.ts'
import { accessWithdrawn } from '../authorization/withdrawn.ts'
import { shownDocument } from '../consents/consent-destination.ts'
import type { LoadedPending, Pending } from '../contracts/completion.ts'
import type { Core } from '../contracts/core.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import type { InteractionRecord, InteractionStep } from '../contracts/interaction.ts'
import { redirect } from '../http/redirect.ts'
import { requireSupport } from '../policy/client-support.ts'
import { type InteractionVerdict, judgeInteraction, wrongClass } from '../policy/interaction.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { OAuthError } from '../protocol/errors.ts'
import { replaceInteraction } from '../records/interactions.ts'
import { type Approver, findApprover } from '../sessions/signed-in.ts'
import type { ClientRecord } from '../storage/client.ts'
import { beginningNow, isWithdrawnSince } from '../withdrawals/standing.ts'
import { complete, completionOf, failThroughCompletion } from './complete.ts'
import { gatherFacts } from './facts.ts'
import { boundTo, type DueStep, startInteraction } from './interaction.ts'
import type { LoadedInteraction } from './load-interaction.ts'
import { pageUrl } from './page-url.ts'
import { refuseWithdrawn } from './refuse-withdrawn.ts'

/** What to do next: show a page, or complete under this reference. */
type Judgement = Interact | Proceed

interface Interact extends DueStep {
  readonly kind: 'interact'
  /** Whether the user has to sign in only because the session is of no class that the client requires. */
  readonly acrUnmet?: boolean
}

interface Proceed {
  readonly kind: 'proceed'
  readonly signedIn: SignedIn<BaseUser>
  readonly referenceId: string | undefined
  /** The request that is approved, with the scopes that the user granted before where it asks for them. */
  readonly authorization: AuthorizationRequest
}

/**
 * Starts a request: completes it at once, or begins an interaction.
 * @param known the client, when the caller has just looked it up
 * @throws {OAuthError} `invalid_client` when the client is unknown or disabled
 */
export async function interact(ctx: Core, request: Request, pending: Pending, known?: ClientRecord): Promise<Response> {
  const client = known ?? (await ctx.clients.find(pending.authorization.clientId))
  if (client === undefined) {
    throw new OAuthError(
      'invalid_client',
      'the application is not registered here, or it is disabled; its developer should check client_id',
      { status: 400 },
    )
  }
  const loaded = Object.assign({}, pending, { client })
  return failThroughCompletion(ctx, request, loaded, () => begin(ctx, request, loaded))
}

async function begin(ctx: Core, request: Request, pending: LoadedPending): Promise<Response> {
  const { client, authorization } = pending
  completionOf(ctx, pending.completion)
  requireSupport(ctx, client, authorization.scope)
  const beginning = beginningNow(ctx)
  const approver = await findApprover(ctx, request, client)
  if (isWithdrawnSince(beginning, approver.standing)) throw accessWithdrawn()
  const { signedIn } = approver
  const prior = signedIn && { id: signedIn.session.id, authTime: signedIn.session.authTime }
  const judgement = await judge(ctx, pending, {
    signedIn,
    completed: [],
    requestedAt: ctx.clock.now(),
    priorSession: prior,
  })
  if (judgement.kind === 'interact') {
    const { location, setCookie } = await startInteraction(ctx, request, pending, judgement, approver)
    return redirect(request, location, { 'set-cookie': setCookie })
  }
  return approve(ctx, request, pending, Object.assign({}, judgement, { approver }))
}

/**
 * Continues an interaction when the user comes back from a page: to the next page, or to the end. It may be called
 * twice, until the end is written.
 */
export async function resume(
  ctx: Core,
  request: Request,
  { interaction, client, pending }: LoadedInteraction,
  finished: InteractionStep | undefined,
): Promise<Response> {
  const beginning = beginningNow(ctx)
  const approver = await findApprover(ctx, request, client)
  const { signedIn } = approver
  await refuseWithdrawn(ctx, interaction, approver, beginning)
  const completed = finished === undefined ? interaction.completed : [...new Set([...interaction.completed, finished])]
  const { createdAt, priorSession } = interaction
  // The scopes that were granted before are those of whoever is signed in now.
  const asked = { ...pending, authorization: interaction.request }
  const judgement = await judge(ctx, asked, { signedIn, completed, requestedAt: createdAt, priorSession })
  if (judgement.kind !== 'interact') {
    return approve(ctx, request, pending, { ...judgement, approver, interactionId: interaction.id })
  }
  const returned = finished === judgement.step && (finished === 'login' || finished === 'create')
  const futileLogins = returned ? countFutileLogin(ctx, interaction, judgement, signedIn) : undefined
  const { userId, sessionId, withdrawals, referenceId, grantedBefore, documentState, ...unbound } = interaction
  const next: InteractionRecord = {
    ...unbound,
    ...boundTo(approver),
    ...(judgement.referenceId !== undefined && { referenceId: judgement.referenceId }),
    ...(judgement.grantedBefore !== undefined && { grantedBefore: judgement.grantedBefore }),
    ...(judgement.documentState !== undefined && { documentState: judgement.documentState }),
    ...(futileLogins !== undefined && { futileLogins }),
    step: judgement.step,
    completed,
    version: interaction.version + 1,
  }
  // When another request (a second tab) has moved the interaction on, it saw the same session, so the next page is the
  // same.
  await replaceInteraction(ctx, next, interaction.version)
  return redirect(request, await pageUrl(ctx, next))
}

/** How often a login page may bring another session that does not fit, for instance one that is too old. */
const mostFutileLogins = 3

/**
 * Stops an endless loop between this server and a login page: the request demands a new sign-in, and the page sent the
 * user back with the same session, or again with another one that does not fit. The interaction stays alive, so a second
 * tab or an early return costs the user nothing.
 * @returns the new `futileLogins` of the interaction
 * @throws {OAuthError} `unmet_authentication_requirements` when the client requires a class that the login page did not
 * bring, for instance because the user has no second factor; otherwise `login_required`
 */
function countFutileLogin(
  ctx: Core,
  { clientId, sessionId, futileLogins }: InteractionRecord,
  { step, acrUnmet }: Interact,
  signedIn: SignedIn<BaseUser> | undefined,
): number | undefined {
  // When nobody is signed in, the page is shown again. So it is for a user with a new session, which may be too old.
  if (signedIn === undefined) return futileLogins
  const count = (futileLogins ?? 0) + 1
  if (signedIn.session.id !== sessionId && count <= mostFutileLogins) return count
  ctx.emit({ type: 'interaction.session_unchanged', clientId, step })
  if (acrUnmet === true) throw new OAuthError('unmet_authentication_requirements', wrongClass)
  throw new OAuthError(
    'login_required',
    'the login page sent the user back with the same session; it must sign the user in again (a new session, or a newer authTime)',
  )
}

/** What the user has done so far for a request. */
interface Progress {
  readonly signedIn: SignedIn<BaseUser> | undefined
  readonly completed: readonly InteractionStep[]
  readonly requestedAt: number
  readonly priorSession: InteractionRecord['priorSession']
}

async function judge(
  ctx: Core,
  { client, authorization: request }: LoadedPending,
  { signedIn, completed, requestedAt, priorSession }: Progress,
): Promise<Judgement> {
  const { referenceId, grantedBefore, asked, ...facts } = await gatherFacts(ctx, client, request, signedIn, completed)
  const verdict: InteractionVerdict = judgeInteraction({
    request: asked,
    session: signedIn?.session,
    acrValuesRequired: ctx.config.requireAcrValues,
    now: ctx.clock.now(),
    completed,
    requestedAt,
    priorSession,
    ...facts,
  })
  if (verdict.kind === 'refuse') throw new OAuthError(verdict.code, verdict.description)
  if (verdict.kind === 'interact') {
    if (verdict.step !== 'consent') return verdict
    const shown = await shownDocument(client)
    return { ...verdict, grantedBefore, ...shown, ...(referenceId !== undefined && { referenceId }) }
  }
  if (signedIn === undefined) throw new OAuthError('login_required', 'authentication required')
  return { kind: 'proceed', signedIn, referenceId, authorization: asked }
}

/** An approval without a further question: the user had agreed before, or need not be asked. */
interface SilentApproval extends Proceed {
  readonly approver: Approver
  /** The interaction that ends with it; absent where none was needed. */
  readonly interactionId?: string
}

async function approve(
  ctx: Core,
  request: Request,
  pending: LoadedPending,
  { signedIn, referenceId, authorization: asked, approver: { standing }, interactionId }: SilentApproval,
): Promise<Response> {
  const facts = { client: pending.client, userId: signedIn.user.id, session: signedIn.session }
  const authorization = asked.extra === undefined ? asked : await acceptExtra(ctx, asked, facts)
  const { scope, claims } = authorization
  if (scope.length === 0 && !hasMoreThanScope(ctx, authorization)) {
    throw new OAuthError('access_denied', 'nothing of what the client asked for is granted')
  }
  const approval = { signedIn, scope, claims, referenceId, withdrawals: standing.versions, interactionId }
  return complete(ctx, request, { ...pending, authorization }, approval)
}
