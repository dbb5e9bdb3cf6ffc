import type { Completion, LoadedPending } from '../contracts/completion.ts'
import type { Context } from '../contracts/context.ts'
import { messagePage } from '../http/html.ts'
import { asOAuthError } from '../policy/failure.ts'
import { OAuthError } from '../protocol/errors.ts'

/** @throws {OAuthError} `invalid_request` when the feature that the interaction ends in is not installed in this process */
export function completionOf({ registry }: Context, name: string): Completion {
  const completion = registry.completions.get(name)
  if (completion !== undefined) return completion
  throw new OAuthError('invalid_request', 'this sign-in cannot be completed here; please start again', {
    cause: new Error(`an interaction ends in ${name}, which no installed feature brings`),
  })
}

/**
 * Inside this wrapper every error belongs to whoever waits for the end of the interaction: the completion tells them, for
 * instance by a redirect to the client, or shows it on a page.
 */
export async function failThroughCompletion(
  ctx: Context,
  request: Request,
  pending: LoadedPending,
  run: () => Promise<Response>,
): Promise<Response> {
  try {
    return await run()
  } catch (thrown) {
    const error = asOAuthError(thrown)
    const completion = completionOf(ctx, pending.completion)
    if (completion.fail === undefined || error.details.redirect === 'never') throw error
    return completion.fail(request, pending, error)
  }
}

/** The user has refused, and the interaction is gone. */
export async function deny(ctx: Context, request: Request, pending: LoadedPending): Promise<Response> {
  const completion = completionOf(ctx, pending.completion)
  if (completion.deny !== undefined) return completion.deny(request, pending)
  return messagePage('Access was not given', ['You can close this page.'])
}
