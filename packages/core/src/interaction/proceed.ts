import { accessWithdrawn } from '../authorization/withdrawn.ts'
import type { LoadedPending, Pending } from '../contracts/completion.ts'
import type { Context } from '../contracts/context.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import type { InteractionRecord, InteractionStep } from '../contracts/interaction.ts'
import { redirect } from '../http/redirect.ts'
import { requireSupport } from '../policy/client-support.ts'
import { type InteractionVerdict, judgeInteraction } from '../policy/interaction.ts'
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
type Judgement = ({ readonly kind: 'interact' } & DueStep) | Proceed

interface Proceed {
  readonly kind: 'proceed'
  readonly signedIn: SignedIn<BaseUser>
  readonly referenceId: string | undefined
}

/**
 * Starts a request: completes it at once, or begins an interaction.
 * @param known the client, when the caller has just looked it up
 * @throws {OAuthError} `invalid_client` when the client is unknown or disabled
 */
export async function interact(
  ctx: Context,
  request: Request,
  pending: Pending,
  known?: ClientRecord,
): Promise<Response> {
  const client = known ?? (await ctx.clients.find(pending.authorization.clientId))
  if (client === undefined) {
    throw new OAuthError(
      'invalid_client',
      'the application is not registered here, or it is disabled; its developer should check client_id',
      { status: 400 },
    )
  }
  const loaded = { ...pending, client }
  return failThroughCompletion(ctx, request, loaded, () => begin(ctx, request, loaded))
}

async function begin(ctx: Context, request: Request, pending: LoadedPending): Promise<Response> {
  const { client, authorization } = pending
  completionOf(ctx, pending.completion)
  requireSupport(ctx, client, authorization.scope)
  const beginning = beginningNow(ctx)
  const approver = await findApprover(ctx, request, client)
  if (isWithdrawnSince(ctx, beginning, approver.standing)) throw accessWithdrawn()
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
  return approve(ctx, request, pending, { ...judgement, approver })
}

/**
 * Continues an interaction when the user comes back from a page: to the next page, or to the end. It may be called
 * twice, until the end is written.
 */
export async function resume(
  ctx: Context,
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
  const judgement = await judge(ctx, pending, { signedIn, completed, requestedAt: createdAt, priorSession })
  if (judgement.kind !== 'interact') {
    return approve(ctx, request, pending, { ...judgement, approver, interactionId: interaction.id })
  }
  if (finished === judgement.step) refuseUnchangedSession(ctx, interaction, finished, signedIn)
  const { userId, sessionId, withdrawals, referenceId, ...unbound } = interaction
  const next: InteractionRecord = {
    ...unbound,
    ...boundTo(approver),
    ...(judgement.referenceId !== undefined && { referenceId: judgement.referenceId }),
    step: judgement.step,
    completed,
    version: interaction.version + 1,
  }
  // When another request (a second tab) has moved the interaction on, it saw the same session, so the next page is the
  // same.
  await replaceInteraction(ctx, next, interaction.version)
  return redirect(request, await pageUrl(ctx, next))
}

/**
 * Stops an endless loop between this server and a login page: the request demands a new sign-in, and the page sent the
 * user back with the same session. The interaction stays alive, so a second tab or an early return costs the user
 * nothing.
 * @throws {OAuthError} `login_required`
 */
function refuseUnchangedSession(
  ctx: Context,
  { clientId, sessionId }: InteractionRecord,
  step: InteractionStep,
  signedIn: SignedIn<BaseUser> | undefined,
): void {
  if (step !== 'login' && step !== 'create') return
  // When nobody is signed in, the page is shown again. So it is for a user with a new session, which may be too old.
  if (signedIn === undefined || signedIn.session.id !== sessionId) return
  ctx.emit({ type: 'interaction.session_unchanged', clientId, step })
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
  ctx: Context,
  { client, authorization: request }: LoadedPending,
  { signedIn, completed, requestedAt, priorSession }: Progress,
): Promise<Judgement> {
  const { referenceId, ...facts } = await gatherFacts(ctx, client, request, signedIn, completed)
  const verdict: InteractionVerdict = judgeInteraction({
    request,
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
    const asked = verdict.step === 'consent' && referenceId !== undefined
    return { kind: 'interact', step: verdict.step, ...(asked && { referenceId }) }
  }
  if (signedIn === undefined) throw new OAuthError('login_required', 'authentication required')
  return { kind: 'proceed', signedIn, referenceId }
}

/** An approval without a further question: the user had agreed before, or need not be asked. */
interface SilentApproval extends Proceed {
  readonly approver: Approver
  /** The interaction that ends with it; absent where none was needed. */
  readonly interactionId?: string
}

function approve(
  ctx: Context,
  request: Request,
  pending: LoadedPending,
  { signedIn, referenceId, approver: { standing }, interactionId }: SilentApproval,
): Promise<Response> {
  const { scope, claims } = pending.authorization
  const { versions } = standing
  return complete(ctx, request, pending, { signedIn, scope, claims, referenceId, withdrawals: versions, interactionId })
}
