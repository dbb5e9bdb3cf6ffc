import { interactionIsOver, issueCode } from '../authorization/code.ts'
import { consentOf, consentReference } from '../authorization/consent.ts'
import { type LoadedInteraction, loadInteraction } from '../authorization/load.ts'
import { pageUrl } from '../authorization/page-url.ts'
import { currentSession } from '../authorization/proceed.ts'
import { towardsClient } from '../authorization/respond.ts'
import { requireSameOrigin } from '../authorization/same-origin.ts'
import type { Context } from '../contracts/context.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { readFormOrJson } from '../http/form.ts'
import { type Parameters, parseParameters } from '../http/parameters.ts'
import { redirect } from '../http/redirect.ts'
import { queryOf } from '../http/target.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { OAuthError } from '../protocol/errors.ts'
import { firstScopeOutside, parseScope } from '../protocol/scope.ts'

/** Where the consent page posts the user's answer. A GET shows the page that is due and never approves. */
export const consent: Endpoint = {
  name: 'consent',
  path: endpointPaths.consent,
  methods: ['GET', 'POST'],
  errors: 'page',
  async handle(ctx, request) {
    if (request.method !== 'POST') {
      const { interaction } = await loadInteraction(ctx, request, parseParameters(queryOf(request.url)).get('state'))
      return redirect(request, await pageUrl(ctx, interaction))
    }
    requireSameOrigin(ctx, request)
    const parameters = await readFormOrJson(request)
    const loaded = await loadInteraction(ctx, request, parameters.get('state'))
    if (loaded.interaction.step !== 'consent')
      throw new OAuthError('invalid_request', 'consent is not the step that is due')
    if (parameters.get('accept')?.toLowerCase() !== 'true') return deny(ctx, loaded)
    return approve(ctx, request, loaded, parameters)
  },
}

async function deny(ctx: Context, { interaction, target }: LoadedInteraction): Promise<never> {
  if (!(await ctx.storage.interactions.take(interaction.id))) throw new OAuthError('invalid_request', interactionIsOver)
  ctx.emit({ type: 'interaction.denied', clientId: interaction.clientId })
  throw new OAuthError('access_denied', 'User denied access').towards(target)
}

async function approve(
  ctx: Context,
  request: Request,
  loaded: LoadedInteraction,
  parameters: Parameters,
): Promise<Response> {
  const { interaction, client, target } = loaded
  const signedIn = await currentSession(ctx, request)
  if (signedIn === undefined) throw new OAuthError('login_required', 'you are no longer signed in', { status: 403 })
  // The page was shown to one user in one session; nobody else may answer for them.
  if (signedIn.user.id !== interaction.userId || signedIn.session.id !== interaction.sessionId) {
    throw new OAuthError('access_denied', 'this consent was asked of another session')
  }
  const scope = acceptedScope(parameters, interaction.request.scope)
  return towardsClient(target, async () => {
    const referenceId = await consentReference(ctx, client, interaction.request.scope, signedIn)
    const location = await issueCode(ctx, {
      client,
      request: interaction.request,
      signedIn,
      scope,
      consent: consentOf(ctx, interaction.request, signedIn.user.id, scope, referenceId),
      ...(referenceId !== undefined && { referenceId }),
      interactionId: interaction.id,
    })
    ctx.emit({ type: 'consent.remembered', clientId: client.id, userId: signedIn.user.id, scopes: scope })
    return redirect(request, location)
  })
}

/** All of what was asked for, or the part of it that the page names. */
function acceptedScope(parameters: Parameters, requested: readonly string[]): readonly string[] {
  if (!parameters.has('scope')) return requested
  const accepted = parseScope(parameters.get('scope') ?? '')
  if (accepted === undefined || firstScopeOutside(accepted, requested) !== undefined) {
    throw new OAuthError('invalid_scope', 'Scope not originally requested')
  }
  // Every box unticked is no consent to everything.
  if (accepted.length === 0) throw new OAuthError('invalid_scope', 'no scope was accepted')
  return accepted
}
