import { isRegistered } from '../authorization/client.ts'
import type { LoadedPending } from '../contracts/completion.ts'
import type { Core } from '../contracts/core.ts'
import type { InteractionRecord } from '../contracts/interaction.ts'
import { englishTexts } from '../contracts/page-texts.ts'
import { asOAuthError } from '../policy/failure.ts'
import { errorForUser } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import { fail } from './complete.ts'
import { currentRequest, shownRequest } from './current-request.ts'
import { findInteraction } from './interaction.ts'

/** A stored interaction with its client. */
export interface LoadedInteraction {
  /** The interaction, its request reduced to what the client is registered for now. */
  readonly interaction: InteractionRecord
  readonly client: ClientRecord
  /** What the completion gets. Its request has the scopes that the consent page shows. */
  readonly pending: LoadedPending
}

/**
 * Loads an interaction with its client. The client may have been disabled or changed since the interaction began.
 * @throws {OAuthError} `invalid_request`; and, sent to the client, `invalid_scope` when the client has lost every scope
 * of the request
 */
export async function loadInteraction(
  ctx: Core,
  request: Request,
  state: string | undefined,
): Promise<LoadedInteraction> {
  const stored = await findInteraction(ctx, request, state)
  const client = await ctx.clients.find(stored.clientId)
  const { redirectUri } = stored.request
  if (client === undefined || (redirectUri !== undefined && !isRegistered(client, redirectUri))) {
    throw errorForUser('invalid_request', englishTexts.interactionIsOver)
  }
  const pending = pendingOf(stored, client)
  try {
    const interaction = { ...stored, request: currentRequest(ctx, client, stored.request) }
    return { interaction, client, pending: { ...pending, authorization: shownRequest(ctx, client, stored) } }
  } catch (thrown) {
    const error = asOAuthError(thrown)
    await fail(ctx, request, pending, error)
    throw error
  }
}

function pendingOf(
  { completion = 'code', request, value, take }: InteractionRecord,
  client: ClientRecord,
): LoadedPending {
  return {
    completion,
    authorization: request,
    client,
    ...(value !== undefined && { value }),
    ...(take !== undefined && { take }),
  }
}
