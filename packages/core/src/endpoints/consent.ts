import { redirectErrorsToClient, respondToClient } from '../authorization/authorization-response.ts'
import { interactionIsOver, issueCode } from '../authorization/code.ts'
import { grantedClaims, readAccepted } from '../consents/consent-answer.ts'
import { consentOf, consentReference } from '../consents/consent-decision.ts'
import type { Context } from '../contracts/context.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import type { InteractionRecord } from '../contracts/interaction.ts'
import { readFormOrJson } from '../http/form.ts'
import { type Parameters, parseParameters } from '../http/parameters.ts'
import { redirect } from '../http/redirect.ts'
import { queryOf } from '../http/target.ts'
import { type LoadedInteraction, loadInteraction } from '../interaction/load-interaction.ts'
import { pageUrl } from '../interaction/page-url.ts'
import { refuseWithdrawn } from '../interaction/refuse-withdrawn.ts'
import { interactionState } from '../interaction/state-reference.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { OAuthError } from '../protocol/errors.ts'
import { replaceInteraction, takeInteraction } from '../records/interactions.ts'
import { currentSession } from '../sessions/signed-in.ts'
import { beginningNow, readStanding } from '../withdrawals/standing.ts'
import { requireSameOrigin } from './same-origin.ts'

/** Where the consent page posts the user's answer. A GET shows the page that is due and never approves. */
export const consent: Endpoint = {
  name: 'consent',
  path: endpointPaths.consent,
  methods: ['GET', 'POST'],
  errors: 'page',
  async handle(ctx, request) {
    if (request.method !== 'POST') {
      const state = await interactionState(ctx, parseParameters(queryOf(request.url)))
      const { interaction } = await loadInteraction(ctx, request, state)
      return redirect(request, await pageUrl(ctx, interaction))
    }
    requireSameOrigin(ctx, request)
    const parameters = await readFormOrJson(request)
    const loaded = await loadInteraction(ctx, request, await interactionState(ctx, parameters))
    if (loaded.interaction.step !== 'consent')
      throw new OAuthError('invalid_request', 'consent is not the step that is due')
    if (parameters.get('accept')?.toLowerCase() !== 'true') return deny(ctx, loaded)
    return approve(ctx, request, loaded, parameters)
  },
}

async function deny(ctx: Context, { interaction, target }: LoadedInteraction): Promise<never> {
  if (!(await takeInteraction(ctx, interaction.id))) throw new OAuthError('invalid_request', interactionIsOver)
  ctx.emit({ type: 'interaction.denied', clientId: interaction.clientId })
  throw new OAuthError('access_denied', 'User denied access').towards(target)
}

async function approve(
  ctx: Context,
  request: Request,
  { interaction, client, target }: LoadedInteraction,
  parameters: Parameters,
): Promise<Response> {
  const beginning = beginningNow(ctx)
  const signedIn = await currentSession(ctx, request)
  if (signedIn === undefined) throw signedOut()
  // The page was shown to one user in one session; nobody else may answer for them.
  if (signedIn.user.id !== interaction.userId || signedIn.session.id !== interaction.sessionId) {
    throw new OAuthError('access_denied', 'this consent was asked of another session')
  }
  const accepted = readAccepted(parameters, interaction.request)
  const { scope } = accepted
  // An answer of the user's, who has seen where it goes.
  return redirectErrorsToClient(
    async () => target,
    async () => {
      const referenceId = await consentReference(ctx, client, interaction.request.scope, signedIn)
      if (referenceId !== interaction.referenceId) return askAgain(ctx, request, interaction, referenceId)
      // After the host was asked, so that whatever was withdrawn meanwhile is seen before anything is written.
      const standing = await readStanding(ctx, client, signedIn)
      if (standing.sessionEnded) throw signedOut()
      await refuseWithdrawn(ctx, interaction, { signedIn, standing }, beginning)
      const response = await issueCode(ctx, {
        client,
        request: interaction.request,
        signedIn,
        withdrawals: standing.versions,
        scope,
        claims: grantedClaims(interaction.request, accepted),
        consent: consentOf(ctx, interaction.request, signedIn.user.id, accepted, referenceId),
        ...(referenceId !== undefined && { referenceId }),
        interactionId: interaction.id,
      })
      ctx.emit({ type: 'consent.remembered', clientId: client.id, userId: signedIn.user.id, scopes: scope })
      return respondToClient(ctx, request, target, response)
    },
  )
}

/** The user has switched to another reference since the page was shown: what they agreed to there is not this. */
async function askAgain(
  ctx: Context,
  request: Request,
  { referenceId: _, ...interaction }: InteractionRecord,
  referenceId: string | undefined,
): Promise<Response> {
  const version = interaction.version + 1
  const next: InteractionRecord = { ...interaction, ...(referenceId !== undefined && { referenceId }), version }
  await replaceInteraction(ctx, next, interaction.version)
  return redirect(request, await pageUrl(ctx, next))
}

/** On a page, not to the client: the user signs in and answers again. */
function signedOut(): OAuthError {
  return new OAuthError('login_required', 'you are no longer signed in', { status: 403, redirect: 'never' })
}
