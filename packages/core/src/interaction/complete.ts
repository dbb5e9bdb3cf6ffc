import { keptExtra } from '../authorization/request-extra.ts'
import { useUp } from '../authorization/use-up.ts'
import type { Completion, LoadedPending } from '../contracts/completion.ts'
import type { Core } from '../contracts/core.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import { englishTexts } from '../contracts/page-texts.ts'
import { showPage } from '../pages/show-page.ts'
import { asOAuthError } from '../policy/failure.ts'
import type { ClaimsRequest } from '../protocol/claims-request.ts'
import { errorForUser, OAuthError } from '../protocol/errors.ts'
import { interactionKey } from '../records/interactions.ts'
import type { ConsentRecord } from '../storage/consent.ts'

/**
 * Finds a completion by its name.
 * @throws {OAuthError} `invalid_request` when the feature that brings it is not installed in this process
 */
export function completionOf({ registry }: Core, name: string): Completion {
  const completion = registry.completions.get(name)
  if (completion !== undefined) return completion
  throw errorForUser('invalid_request', englishTexts.cannotBeCompleted, {
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
  ctx: Core,
  request: Request,
  pending: LoadedPending,
  { signedIn, scope, claims, referenceId, withdrawals, consent, interactionId }: Approval,
): Promise<Response> {
  const { client, authorization } = pending
  const { resources } = authorization
  const extra = keptExtra(ctx, authorization, 'grant')
  const approved = Object.assign({}, pending, {
    grant: {
      client,
      userId: signedIn.user.id,
      session: signedIn.session,
      scope,
      resources,
      claims,
      referenceId,
      withdrawals,
      via: pending.completion,
      ...(extra !== undefined && { extra }),
    },
    ...(consent !== undefined && { consent }),
    take: [...(pending.take ?? []), ...(interactionId === undefined ? [] : [interactionKey(interactionId)])],
  })
  return completionOf(ctx, pending.completion).approve(ctx, request, approved)
}

/**
 * Runs a step of an interaction. When it fails, the completion handles the error, for instance by a redirect to the
 * client; otherwise a page shows it.
 */
export async function failThroughCompletion(
  ctx: Core,
  request: Request,
  pending: LoadedPending,
  run: () => Promise<Response>,
): Promise<Response> {
  try {
    return await run()
  } catch (thrown) {
    const { client, authorization } = pending
    const facts = { clientId: client.id, uiLocales: authorization.uiLocales }
    return fail(ctx, request, pending, asOAuthError(thrown).about(facts))
  }
}

/**
 * Lets the completion handle an error that ends the attempt. An error that reaches the client is the answer to the
 * request, and uses it up.
 * @throws {OAuthError} the error, where a page shows it or a redirect takes it to the client
 */
export async function fail(ctx: Core, request: Request, pending: LoadedPending, error: OAuthError): Promise<Response> {
  const completion = completionOf(ctx, pending.completion)
  if (completion.fail === undefined || error.details.redirect === 'never') throw error
  try {
    const response = await completion.fail(ctx, request, pending, error)
    await useUp(ctx, pending.take)
    return response
  } catch (thrown) {
    if (isSentToClient(thrown)) await useUp(ctx, pending.take)
    throw thrown
  }
}

function isSentToClient(thrown: unknown): boolean {
  const redirect = thrown instanceof OAuthError ? thrown.details.redirect : undefined
  return redirect !== undefined && redirect !== 'never'
}

/** Responds to a user who has refused, once the interaction is deleted. A request that has its answer gets no second one. */
export async function deny(ctx: Core, request: Request, pending: LoadedPending): Promise<Response> {
  if (!(await useUp(ctx, pending.take))) throw errorForUser('invalid_request', englishTexts.interactionIsOver)
  const completion = completionOf(ctx, pending.completion)
  if (completion.deny !== undefined) return completion.deny(ctx, request, pending)
  const { client, authorization } = pending
  const subject = { kind: 'message', clientId: client.id, uiLocales: authorization.uiLocales } as const
  return showPage(ctx, request, subject, ({ deniedTitle, notGivenText }) => ({
    title: deniedTitle,
    paragraphs: [notGivenText],
  }))
}
