import { interactionIsOver, issueCode } from '../authorization/code.ts'
import { type Accepted, consentOf, consentReference } from '../authorization/consent.ts'
import { type LoadedInteraction, loadInteraction } from '../authorization/load.ts'
import { pageUrl } from '../authorization/page-url.ts'
import { currentSession } from '../authorization/proceed.ts'
import { respondToClient, towardsClient } from '../authorization/respond.ts'
import { requireSameOrigin } from '../authorization/same-origin.ts'
import { claimsBeyondScope, isCoveredByScope } from '../claims/requested-claims.ts'
import type { Context } from '../contracts/context.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { readFormOrJson } from '../http/form.ts'
import { type Parameters, parseParameters } from '../http/parameters.ts'
import { redirect } from '../http/redirect.ts'
import { queryOf } from '../http/target.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { type ClaimsRequest, filterClaims } from '../protocol/claims-request.ts'
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
  const accepted = acceptedOf(parameters, interaction.request)
  const { scope } = accepted
  // An answer of the user's, who has seen where it goes.
  return towardsClient(
    async () => target,
    async () => {
      const referenceId = await consentReference(ctx, client, interaction.request.scope, signedIn)
      const response = await issueCode(ctx, {
        client,
        request: interaction.request,
        signedIn,
        scope,
        claims: grantedClaims(interaction.request, accepted),
        consent: consentOf(ctx, interaction.request, signedIn.user.id, accepted, referenceId),
        ...(referenceId !== undefined && { referenceId }),
        interactionId: interaction.id,
      })
      ctx.emit({ type: 'consent.remembered', clientId: client.id, userId: signedIn.user.id, scopes: scope })
      return respondToClient(ctx, request, interaction.request, response)
    },
  )
}

function acceptedOf(parameters: Parameters, request: AuthorizationRequest): Accepted {
  const asked = claimsBeyondScope(request.claims, request.scope).map(({ name }) => name)
  return { scope: acceptedScope(parameters, request.scope), claims: acceptedClaims(parameters, asked) }
}

/** A claim that a scope would have brought goes with its scope. */
function grantedClaims(request: AuthorizationRequest, { scope, claims }: Accepted): ClaimsRequest | undefined {
  const beyond = new Set(claimsBeyondScope(request.claims, request.scope).map(({ name }) => name))
  const refused = (name: string): boolean =>
    beyond.has(name) ? !claims.includes(name) : isCoveredByScope(name, request.scope) && !isCoveredByScope(name, scope)
  return filterClaims(request.claims, (name) => !refused(name))
}

/** All of the claims asked for by name, or the part of them that the page names. None is an answer, too. */
function acceptedClaims(parameters: Parameters, asked: readonly string[]): readonly string[] {
  if (!parameters.has('claims')) return asked
  const accepted = (parameters.get('claims') ?? '').split(' ').filter((name) => name !== '')
  if (accepted.some((name) => !asked.includes(name))) {
    throw new OAuthError('invalid_request', 'Claim not originally requested')
  }
  return [...new Set(accepted)]
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
