import type { Completion, LoadedPending } from '../contracts/completion.ts'
import type { Context } from '../contracts/context.ts'
import { messagePage } from '../http/html.ts'
import { asOAuthError } from '../policy/failure.ts'
import { OAuthError } from '../protocol/errors.ts'

/**
 * Finds a completion by its name.
 * @throws {OAuthError} `invalid_request` when the feature that brings it is not installed in this process
 */
export function completionOf({ registry }: Context, name: string): Completion {
  const completion = registry.completions.get(name)
  if (completion !== undefined) return completion
  throw new OAuthError('invalid_request', 'this sign-in cannot be completed here; please start again', {
    cause: new Error(
      `the interaction ends in the completion ${name}: install the feature that brings it in this process too`,
    ),
  })
}

/**
 * Runs a step of an interaction. When it fails, the completion handles the error, for instance by a redirect to the
 * client; otherwise a page shows it.
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

/** Responds to a user who has refused, once the interaction is deleted. */
export async function deny(ctx: Context, request: Request, pending: LoadedPending): Promise<Response> {
  const completion = completionOf(ctx, pending.completion)
  if (completion.deny !== undefined) return completion.deny(request, pending)
  return messagePage('Access was not given', ['The application gets no access. You can close this page.'])
}
