import { acceptExtra, hasMoreThanScope } from '../authorization/request-extra.ts'
import { grantedClaims, readAccepted } from '../consents/consent-answer.ts'
import { type Accepted, consentOf, consentReference } from '../consents/consent-decision.ts'
import { shownDocument } from '../consents/consent-destination.ts'
import { forgetOutdatedConsent } from '../consents/forget-consent.ts'
import type { Core } from '../contracts/core.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import type { InteractionRecord } from '../contracts/interaction.ts'
import { englishTexts } from '../contracts/page-texts.ts'
import { readFormOrJson } from '../http/form.ts'
import { type Parameters, parseParameters } from '../http/parameters.ts'
import { redirect } from '../http/redirect.ts'
import { queryOf } from '../http/target.ts'
import { complete, deny, failThroughCompletion } from '../interaction/complete.ts'
import { gatherConsent } from '../interaction/facts.ts'
import { type LoadedInteraction, loadInteraction } from '../interaction/load-interaction.ts'
import { pageUrl } from '../interaction/page-url.ts'
import { refuseWithdrawn } from '../interaction/refuse-withdrawn.ts'
import { interactionState } from '../interaction/state-reference.ts'
import { asOAuthError } from '../policy/failure.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { errorForUser, type OAuthError } from '../protocol/errors.ts'
import { replaceInteraction, takeInteraction } from '../records/interactions.ts'
import { requireSameOrigin } from '../sessions/same-origin.ts'
import { currentSession } from '../sessions/signed-in.ts'
import { type Beginning, beginningNow, readStanding } from '../withdrawals/standing.ts'

/**
 * The endpoint to which the consent page posts the user's answer, and to which any page of the interaction may post a refusal
 * (`accept=false`). A GET shows the page that is due and never approves.
 */
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
    const { client, pending } = loaded
    try {
      return await answer(ctx, request, { ...loaded, pending: { ...pending, answered: true } }, parameters)
    } catch (thrown) {
      const { uiLocales } = pending.authorization
      throw asOAuthError(thrown).about({ clientId: client.id, uiLocales })
    }
  },
}

async function answer(
  ctx: Core,
  request: Request,
  loaded: LoadedInteraction,
  parameters: Parameters,
): Promise<Response> {
  const accept = parameters.get('accept')?.toLowerCase()
  const { step, completion = 'code' } = loaded.interaction
  if (step !== 'consent') {
    // A user may refuse on the login page, too, before the server knows who it is. Only a code has no other use for the user.
    if (accept === 'false' && completion === 'code') return refuse(ctx, request, loaded)
    throw errorForUser('invalid_request', englishTexts.anotherStepFirst)
  }
  return accept === 'true' ? approve(ctx, request, loaded, parameters) : refuse(ctx, request, loaded)
}

async function refuse(ctx: Core, request: Request, { interaction, pending }: LoadedInteraction): Promise<Response> {
  if (!(await takeInteraction(ctx, interaction.id)))
    throw errorForUser('invalid_request', englishTexts.interactionIsOver)
  ctx.emit({ type: 'interaction.denied', clientId: interaction.clientId })
  return deny(ctx, request, pending)
}

async function approve(
  ctx: Core,
  request: Request,
  loaded: LoadedInteraction,
  parameters: Parameters,
): Promise<Response> {
  const { interaction, pending } = loaded
  const beginning = beginningNow(ctx)
  const signedIn = await currentSession(ctx, request)
  if (signedIn === undefined) throw signedOut()
  // The page was shown to one user in one session. Nobody else may answer.
  if (signedIn.user.id !== interaction.userId || signedIn.session.id !== interaction.sessionId) {
    throw errorForUser('access_denied', englishTexts.signInChanged)
  }
  const facts = { client: pending.client, userId: signedIn.user.id, session: signedIn.session, answer: parameters }
  const authorization = await acceptExtra(ctx, pending.authorization, facts)
  const accepted = readAccepted(parameters, pending.authorization, hasMoreThanScope(ctx, authorization))
  const approved: Answer = { signedIn, accepted, authorization }
  return failThroughCompletion(ctx, request, pending, () => completeAnswered(ctx, request, loaded, approved, beginning))
}

/** The user's answer on the consent page, and who the user is. */
interface Answer {
  readonly signedIn: SignedIn<BaseUser>
  readonly accepted: Accepted
  /** The request, narrowed by what the user chose. */
  readonly authorization: AuthorizationRequest
}

async function completeAnswered(
  ctx: Core,
  request: Request,
  { interaction, client, pending }: LoadedInteraction,
  { signedIn, accepted, authorization }: Answer,
  beginning: Beginning,
): Promise<Response> {
  const { authorization: shown } = pending
  const referenceId = await consentReference(ctx, client, shown.scope, signedIn)
  const { documentState } = await shownDocument(client)
  if (referenceId !== interaction.referenceId || documentState !== interaction.documentState) {
    return askAgain(ctx, request, { interaction, client, pending }, signedIn)
  }
  // Read after asking the host, so that a withdrawal in the meantime is seen before anything is written.
  const standing = await readStanding(ctx, client, signedIn)
  if (standing.sessionEnded) throw signedOut()
  await refuseWithdrawn(ctx, interaction, { signedIn, standing }, beginning)
  const consent = await consentOf(ctx, { client, request: shown, userId: signedIn.user.id, referenceId }, accepted)
  await forgetOutdatedConsent(ctx, client, consent)
  const response = await complete(
    ctx,
    request,
    { ...pending, authorization },
    {
      signedIn,
      scope: accepted.scope,
      claims: grantedClaims(shown, accepted),
      referenceId,
      withdrawals: standing.versions,
      consent,
      interactionId: interaction.id,
    },
  )
  ctx.emit({ type: 'consent.remembered', clientId: client.id, userId: signedIn.user.id, scopes: accepted.scope })
  return response
}

/**
 * Shows the page again, when the user has switched to another reference since it was shown, or the document that is the
 * client has changed: their answer was for the old one.
 */
async function askAgain(
  ctx: Core,
  request: Request,
  { interaction, client }: LoadedInteraction,
  signedIn: SignedIn<BaseUser>,
): Promise<Response> {
  const { referenceId: _, documentState: __, ...unreferenced } = interaction
  const { referenceId, grantedBefore } = await gatherConsent(ctx, client, interaction.request, signedIn)
  const version = interaction.version + 1
  const reference = referenceId !== undefined && { referenceId }
  const shown = await shownDocument(client)
  const next: InteractionRecord = { ...unreferenced, ...reference, ...shown, grantedBefore, version }
  await replaceInteraction(ctx, next, interaction.version)
  return redirect(request, await pageUrl(ctx, next))
}

/** An error for the user, not for the client: the user can sign in and answer again. */
function signedOut(): OAuthError {
  return errorForUser('login_required', englishTexts.noLongerSignedIn, { status: 403, redirect: 'never' })
}
