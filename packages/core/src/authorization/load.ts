import type { Context } from '../contracts/context.ts'
import { OAuthError, type RedirectTarget } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { InteractionRecord } from '../storage/interaction.ts'
import { isRegistered } from './client.ts'
import { interactionIsOver } from './code.ts'
import { findInteraction } from './interaction.ts'
import { targetOf } from './respond.ts'

export interface LoadedInteraction {
  readonly interaction: InteractionRecord
  readonly client: ClientRecord
  readonly target: RedirectTarget
}

/**
 * An interaction with its client, both still good: a client may have been disabled or changed while its user was busy.
 * @throws {OAuthError} `invalid_request`
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
  return { interaction, client, target: targetOf(interaction.request) }
}
