import type { Context } from '../contracts/context.ts'
import type { Parameters } from '../http/parameters.ts'
import type { RedirectTarget } from '../protocol/errors.ts'
import { answerTo, type VerifiedClient } from './client.ts'
import { isStranger } from './stranger.ts'

/** Where the answer goes, an error too; `never` where the host has reservations about a client that nobody knows. */
export async function answerTarget(
  ctx: Context,
  request: Request,
  verified: VerifiedClient,
  parameters: Parameters,
): Promise<RedirectTarget | 'never'> {
  const held = ctx.config.redirectErrorsAfterConsentOnly && (await isStranger(ctx, request, verified.client))
  return held ? 'never' : answerTo(ctx, verified, parameters)
}
