import { targetOf } from '../authorization/authorization-response.ts'
import { isRegistered } from '../authorization/client.ts'
import { interactionIsOver } from '../authorization/code.ts'
import { errorTarget } from '../authorization/error-target.ts'
import type { Context } from '../contracts/context.ts'
import type { InteractionRecord } from '../contracts/interaction.ts'
import { asOAuthError } from '../policy/failure.ts'
import { OAuthError, type RedirectTarget } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import { currentRequest } from './current-request.ts'
import { findInteraction } from './interaction.ts'

export interface LoadedInteraction {
  /** With what its client is registered for now. */
  readonly interaction: InteractionRecord
  readonly client: ClientRecord
  readonly target: RedirectTarget
}

/**
 * An interaction with its client, both still good: a client may have been disabled or changed while its user was busy.
 * @throws {OAuthError} `invalid_request`; towards the client, `invalid_scope` when it has lost every scope of the request
 */
export async function loadInteraction(
  ctx: Context,
  request: Request,
  state: string | undefined,
): Promise<LoadedInteraction> {
  const interaction = await findInteraction(ctx, request, state)
  const client = await ctx.clients.find(interaction.clientId)
  if (client === undefined || !isRegistered(client, interaction.request.redirectUri))
    throw new OAuthError('invalid_request', interactionIsOver)
  const target = targetOf(interaction.request)
  try {
    return {
      interaction: { ...interaction, request: currentRequest(ctx, client, interaction.request) },
      client,
      target,
    }
  } catch (thrown) {
    throw asOAuthError(thrown).towards(await errorTarget(ctx, request, client, target))
  }
}
