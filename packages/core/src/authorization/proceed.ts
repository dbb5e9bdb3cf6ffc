import type { Context } from '../contracts/context.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import { redirect } from '../http/redirect.ts'
import { requireSupport } from '../policy/client-support.ts'
import { type InteractionVerdict, judgeInteraction } from '../policy/interaction.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { type AuthorizationResponse, OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { InteractionRecord, InteractionStep } from '../storage/interaction.ts'
import { issueCode } from './code.ts'
import { consentReference } from './consent.ts'
import { gatherFacts } from './facts.ts'
import { boundTo, startInteraction } from './interaction.ts'
import { pageUrl } from './page-url.ts'
import { respondToClient } from './respond.ts'

/** Who is signed in with the host, if anybody. */
export async function currentSession(ctx: Context, request: Request): Promise<SignedIn<BaseUser> | undefined> {
  return (await ctx.config.authentication.getSession(request)) ?? undefined
}

/** A request that has just come in: answer it at once, or begin an interaction. */
export async function begin(
  ctx: Context,
  request: Request,
  client: ClientRecord,
  authorization: AuthorizationRequest,
): Promise<Response> {
  requireSupport(ctx, client, authorization.scope)
  const signedIn = await currentSession(ctx, request)
  const prior = signedIn && { id: signedIn.session.id, authTime: signedIn.session.authTime }
  const verdict = await judge(ctx, client, authorization, signedIn, [], ctx.clock.now(), prior)
  if (verdict.kind === 'interact') {
    const { location, setCookie } = await startInteraction(ctx, request, authorization, verdict.step, signedIn)
    return redirect(request, location, { 'set-cookie': setCookie })
  }
  const response = await approve(ctx, client, authorization, signedIn, undefined)
  return respondToClient(ctx, request, authorization, response)
}

/** A user who comes back from a page: on to the next one, or to the client. Idempotent until the code is issued. */
export async function resume(
  ctx: Context,
  request: Request,
  client: ClientRecord,
  interaction: InteractionRecord,
  finished: InteractionStep | undefined,
): Promise<Response> {
  const signedIn = await currentSession(ctx, request)
  const completed = finished === undefined ? interaction.completed : [...new Set([...interaction.completed, finished])]
  const { createdAt, priorSession } = interaction
  const verdict = await judge(ctx, client, interaction.request, signedIn, completed, createdAt, priorSession)
  if (verdict.kind !== 'interact') {
    const response = await approve(ctx, client, interaction.request, signedIn, interaction.id)
    return respondToClient(ctx, request, interaction.request, response)
  }
  const { userId, sessionId, ...unbound } = interaction
  const next: InteractionRecord = {
    ...unbound,
    ...boundTo(signedIn),
    step: verdict.step,
    completed,
    version: interaction.version + 1,
  }
  // Whoever moved it on meanwhile (a second tab) saw the same session: the page to go to is the same.
  await ctx.storage.interactions.replace(next, interaction.version)
  return redirect(request, await pageUrl(ctx, next))
}

async function judge(
  ctx: Context,
  client: ClientRecord,
  request: AuthorizationRequest,
  signedIn: SignedIn<BaseUser> | undefined,
  completed: readonly InteractionStep[],
  requestedAt: number,
  priorSession: InteractionRecord['priorSession'],
): Promise<Exclude<InteractionVerdict, { kind: 'refuse' }>> {
  const verdict = judgeInteraction({
    request,
    session: signedIn?.session,
    acrValuesRequired: ctx.config.requireAcrValues,
    now: ctx.clock.now(),
    completed,
    requestedAt,
    priorSession,
    ...(await gatherFacts(ctx, client, request, signedIn, completed)),
  })
  if (verdict.kind === 'refuse') throw new OAuthError(verdict.code, verdict.description)
  return verdict
}

async function approve(
  ctx: Context,
  client: ClientRecord,
  request: AuthorizationRequest,
  signedIn: SignedIn<BaseUser> | undefined,
  interactionId: string | undefined,
): Promise<AuthorizationResponse> {
  if (signedIn === undefined) throw new OAuthError('login_required', 'authentication required')
  const referenceId = await consentReference(ctx, client, request.scope, signedIn)
  return issueCode(ctx, {
    client,
    request,
    signedIn,
    ...(referenceId !== undefined && { referenceId }),
    scope: request.scope,
    claims: request.claims,
    ...(interactionId !== undefined && { interactionId }),
  })
}
