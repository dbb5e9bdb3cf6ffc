import { keptExtra } from '../authorization/request-extra.ts'
import type { Completion, LoadedPending } from '../contracts/completion.ts'
import type { Context } from '../contracts/context.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import { messagePage } from '../http/html.ts'
import { asOAuthError } from '../policy/failure.ts'
import type { ClaimsRequest } from '../protocol/claims-request.ts'
import { errorForUser } from '../protocol/errors.ts'
import { interactionKey } from '../records/interactions.ts'
import type { ConsentRecord } from '../storage/consent.ts'

/**
 * Finds a completion by its name.
 * @throws {OAuthError} `invalid_request` when the feature that brings it is not installed in this process
 */
export function completionOf({ registry }: Context, name: string): Completion {
  const completion = registry.completions.get(name)
  if (completion !== undefined) return completion
  throw errorForUser('invalid_request', 'this sign-in cannot be completed here; please start again', {
    cause: new Error(
      `the interaction ends in the completion ${name}: install the feature that brings it in this process too`,
    ),
  })
}

/** What the user approved, by an answer on the consent page or without a further question. */
export interface Approval {
  readonly signedIn: SignedIn<BaseUser>
  readonly scope: readonly string[]
  readonly claims: ClaimsRequest | undefined
  /** The host's partition of consents under which the user approved. */
  readonly referenceId: string | undefined
  /** The marks of withdrawals (by version) that were known when the user approved. */
  readonly withdrawals: readonly string[]
  /** To be remembered with the approval, when the user was asked. */
  readonly consent?: ConsentRecord
  /** The interaction that ends with the approval; absent when the request needed none. */
  readonly interactionId?: string | undefined
}

/** Hands an approval to the completion, which writes it and responds to the browser. */
export function complete(
  ctx: Context,
  request: Request,
  pending: LoadedPending,
  { signedIn, scope, claims, referenceId, withdrawals, consent, interactionId }: Approval,
): Promise<Response> {
  const { client, authorization } = pending
  const { resources } = authorization
  const extra = keptExtra(ctx, authorization, 'grant')
  return completionOf(ctx, pending.completion).approve(request, {
    ...pending,
    grant: {
      client,
      userId: signedIn.user.id,
      session: signedIn.session,
      scope,
      resources,
      claims,
      referenceId,
      withdrawals,
      ...(extra !== undefined && { extra }),
    },
    ...(consent !== undefined && { consent }),
    take: interactionId === undefined ? [] : [interactionKey(interactionId)],
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
