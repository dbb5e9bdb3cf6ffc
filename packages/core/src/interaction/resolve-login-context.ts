import { describeExtra } from '../authorization/request-extra.ts'
import { claimsBeyondScope } from '../claims/requested-claims.ts'
import type { Context } from '../contracts/context.ts'
import type { Core } from '../contracts/core.ts'
import type { InteractionRecord } from '../contracts/interaction.ts'
import { englishTexts } from '../contracts/page-texts.ts'
import { requiredAcr, wantedAcr } from '../policy/authentication-context.ts'
import { isPublic, isSelfRegistered } from '../policy/client.ts'
import { mayGoUnasked } from '../policy/impersonable-client.ts'
import { shownLinks } from '../policy/shown-links.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { errorForUser } from '../protocol/errors.ts'
import { isLoopbackRedirectUri, shownDestination } from '../protocol/redirect-uri.ts'
import { webHost } from '../protocol/web-host.ts'
import type { ClientRecord } from '../storage/client.ts'
import { shownRequest } from './current-request.ts'
import { findInteraction, stateOf } from './interaction.ts'
import type { LoginContext } from './login-context.ts'
import { returnUrl } from './page-url.ts'

/**
 * Returns what a page gets to know about the interaction that its URL names.
 * @throws {OAuthError} `invalid_request`; `invalid_scope` when the client has lost every scope of the request
 */
export async function resolveLoginContext(ctx: Core, request: Request): Promise<LoginContext> {
  const interaction = await findInteraction(ctx, request, stateOf(request))
  const client = await ctx.clients.find(interaction.clientId)
  if (client === undefined) throw errorForUser('invalid_request', englishTexts.interactionIsOver)
  const { client_name } = client.metadata
  const { redirectUri, prompt, scope, resources, claims } = shownRequest(ctx, client, interaction)
  const grantedScopes = shownAsGranted(ctx, client, interaction).filter((one) => scope.includes(one))
  return {
    state: interaction.id,
    intent: interaction.step,
    prompt,
    returnTo: returnUrl(ctx, interaction),
    consentEndpoint: ctx.config.issuer + endpointPaths.consent,
    clientId: client.id,
    ...(client.registeredBy === 'document' && { clientIdHost: webHost(client.id)?.host ?? client.id }),
    clientName: client_name ?? client.id,
    ...shownLinks(client),
    selfRegistered: isSelfRegistered(client),
    redirectHost: redirectUri === undefined ? '' : shownDestination(redirectUri),
    loopbackRedirect: redirectUri !== undefined && isPublic(client) && isLoopbackRedirectUri(redirectUri),
    scopes: scope,
    grantedScopes,
    newScopes: scope.filter((one) => !grantedScopes.includes(one)),
    resources,
    claims: claimsBeyondScope(claims, scope),
    ...(interaction.referenceId !== undefined && { referenceId: interaction.referenceId }),
    acrValues: wantedAcr(interaction.request, ctx.config.requireAcrValues),
    acrRequired: requiredAcr(interaction.request, ctx.config.requireAcrValues) !== undefined,
    completion: interaction.completion ?? 'code',
    ...(await completionDetails(ctx, client, interaction)),
    parameters: describeExtra(ctx, interaction.request),
    ...hintsOf(interaction.request),
  }
}

async function completionDetails(
  core: Core,
  client: ClientRecord,
  { completion = 'code', request, value, userId }: InteractionRecord,
): Promise<Pick<LoginContext, 'completionDetails'>> {
  const details = await core.registry.completions.get(completion)?.describe?.(core, {
    completion,
    authorization: request,
    client,
    ...(value !== undefined && { value }),
    ...(userId !== undefined && { userId }),
  })
  return details === undefined ? {} : { completionDetails: details }
}

/**
 * Returns the scopes that a consent page may show as granted before. For a client that any program can impersonate there
 * are none: the program that asks now may be another one.
 */
function shownAsGranted(
  { config }: Context,
  client: ClientRecord,
  { request, grantedBefore = [] }: InteractionRecord,
): readonly string[] {
  return mayGoUnasked(client, request.redirectUri, config.rememberConsentOfNativeClients) ? grantedBefore : []
}

function hintsOf({ loginHint, uiLocales, claimsLocales, display }: AuthorizationRequest) {
  return {
    ...(loginHint !== undefined && { loginHint }),
    ...(uiLocales !== undefined && { uiLocales }),
    ...(claimsLocales !== undefined && { claimsLocales }),
    ...(display !== undefined && { display }),
  }
}
