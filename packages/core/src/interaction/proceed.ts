import { respondToClient, targetOf } from '../authorization/authorization-response.ts'
import { issueCode } from '../authorization/code.ts'
import { accessWithdrawn } from '../authorization/withdrawn.ts'
import type { Context } from '../contracts/context.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import type { InteractionRecord, InteractionStep } from '../contracts/interaction.ts'
import { redirect } from '../http/redirect.ts'
import { requireSupport } from '../policy/client-support.ts'
import { type InteractionVerdict, judgeInteraction } from '../policy/interaction.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { OAuthError } from '../protocol/errors.ts'
import { replaceInteraction } from '../records/interactions.ts'
import { type Approver, findApprover } from '../sessions/signed-in.ts'
import type { ClientRecord } from '../storage/client.ts'
import { beginningNow, isWithdrawnSince } from '../withdrawals/standing.ts'
import { gatherFacts } from './facts.ts'
import { boundTo, type DueStep, startInteraction } from './interaction.ts'
import { pageUrl } from './page-url.ts'
import { refuseWithdrawn } from './refuse-withdrawn.ts'

/** What is to be done next: a page to show, or under which reference to issue the code. */
type Judgement =
  | ({ readonly kind: 'interact' } & DueStep)
  | { readonly kind: 'proceed'; readonly signedIn: SignedIn<BaseUser>; readonly referenceId: string | undefined }

/** A request that has just come in: answer it at once, or begin an interaction. */
export async function begin(
  ctx: Context,
  request: Request,
  client: ClientRecord,
  authorization: AuthorizationRequest,
): Promise<Response> {
  requireSupport(ctx, client, authorization.scope)
  const beginning = beginningNow(ctx)
  const approver = await findApprover(ctx, request, client)
  if (isWithdrawnSince(ctx, beginning, approver.standing)) throw accessWithdrawn()
  const { signedIn } = approver
  const prior = signedIn && { id: signedIn.session.id, authTime: signedIn.session.authTime }
  const judgement = await judge(ctx, client, authorization, signedIn, [], ctx.clock.now(), prior)
  if (judgement.kind === 'interact') {
    const { location, setCookie } = await startInteraction(ctx, request, authorization, judgement, approver)
    return redirect(request, location, { 'set-cookie': setCookie })
  }
  return approve(ctx, request, client, authorization, judgement, approver)
}

/** A user who comes back from a page: on to the next one, or to the client. Idempotent until the code is issued. */
export async function resume(
  ctx: Context,
  request: Request,
  client: ClientRecord,
  interaction: InteractionRecord,
  finished: InteractionStep | undefined,
): Promise<Response> {
  const beginning = beginningNow(ctx)
  const approver = await findApprover(ctx, request, client)
  const { signedIn } = approver
  await refuseWithdrawn(ctx, interaction, approver, beginning)
  const completed = finished === undefined ? interaction.completed : [...new Set([...interaction.completed, finished])]
  const { createdAt, priorSession } = interaction
  const judgement = await judge(ctx, client, interaction.request, signedIn, completed, createdAt, priorSession)
  if (judgement.kind !== 'interact') {
    return approve(ctx, request, client, interaction.request, judgement, approver, interaction.id)
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
  // Whoever moved it on meanwhile (a second tab) saw the same session: the page to go to is the same.
  await replaceInteraction(ctx, next, interaction.version)
  return redirect(request, await pageUrl(ctx, next))
}

/**
 * Ends the way from a login page and back, round and round: the page sent its user back without signing them in anew, and
 * the request demands that. The interaction stays, so that a second tab, or a return too early, costs the user nothing.
 * @throws {OAuthError} `login_required`
 */
function refuseUnchangedSession(
  ctx: Context,
  { clientId, sessionId }: InteractionRecord,
  step: InteractionStep,
  signedIn: SignedIn<BaseUser> | undefined,
): void {
  if (step !== 'login' && step !== 'create') return
  // Nobody is signed in: the page is shown again. So it is to whoever has another session since, which may be too old.
  if (signedIn === undefined || signedIn.session.id !== sessionId) return
  ctx.emit({ type: 'interaction.session_unchanged', clientId, step })
  throw new OAuthError(
    'login_required',
    'the login page came back with the same session; it must sign the user in anew (a new session or a newer authTime)',
  )
}

async function judge(
  ctx: Context,
  client: ClientRecord,
  request: AuthorizationRequest,
  signedIn: SignedIn<BaseUser> | undefined,
  completed: readonly InteractionStep[],
  requestedAt: number,
  priorSession: InteractionRecord['priorSession'],
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

async function approve(
  ctx: Context,
  request: Request,
  client: ClientRecord,
  authorization: AuthorizationRequest,
  { signedIn, referenceId }: Extract<Judgement, { kind: 'proceed' }>,
  { standing }: Approver,
  interactionId?: string,
): Promise<Response> {
  const response = await issueCode(ctx, {
    client,
    request: authorization,
    signedIn,
    withdrawals: standing.versions,
    ...(referenceId !== undefined && { referenceId }),
    scope: authorization.scope,
    claims: authorization.claims,
    ...(interactionId !== undefined && { interactionId }),
  })
  return respondToClient(ctx, request, targetOf(authorization), response)
}
