import { subjectOf } from '../claims/subject.ts'
import { consentReference, isConsentMissing } from '../consents/consent-decision.ts'
import type { Context } from '../contracts/context.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import type { InteractionStep } from '../contracts/interaction.ts'
import type { InteractionFacts } from '../policy/interaction.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { allowedValues } from '../protocol/claims-request.ts'
import type { ClientRecord } from '../storage/client.ts'

type UserFacts = Pick<InteractionFacts, 'accountChoiceNeeded' | 'postLoginNeeded' | 'consentMissing' | 'wrongUser'> & {
  /** The host's partition of consents that was looked in. What comes of the facts belongs to this one alone. */
  readonly referenceId: string | undefined
}

const nobody: UserFacts = {
  accountChoiceNeeded: false,
  postLoginNeeded: false,
  consentMissing: false,
  wrongUser: false,
  referenceId: undefined,
}

/** What only the host and the storage know about this user and this request. An account that was chosen stays chosen. */
export async function gatherFacts(
  ctx: Context,
  client: ClientRecord,
  request: AuthorizationRequest,
  signedIn: SignedIn<BaseUser> | undefined,
  completed: readonly InteractionStep[],
): Promise<UserFacts> {
  if (signedIn === undefined) return nobody
  const { selectAccountResolver, postLoginResolver } = ctx.config.resolvers
  const asked = { client, ...signedIn, scopes: request.scope }
  const chosen = completed.includes('select_account')
  // Asked once: a switch between two questions would look in one partition and grant under another.
  const referenceId = await consentReference(ctx, client, request.scope, signedIn)
  return {
    wrongUser: await isWrongUser(ctx, client, request, signedIn.user),
    accountChoiceNeeded: !chosen && (await selectAccountResolver?.(asked)) === true,
    postLoginNeeded: (await postLoginResolver?.(asked)) === true,
    consentMissing: await isConsentMissing(ctx, client, request, signedIn.user.id, referenceId),
    referenceId,
  }
}

/**
 * Only the user whom an `id_token_hint` or a `sub` asked for by value means may be answered for
 * ({@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequestValidation OpenID Connect Core section 3.1.2.2}).
 */
async function isWrongUser(
  ctx: Context,
  client: ClientRecord,
  request: AuthorizationRequest,
  user: BaseUser,
): Promise<boolean> {
  const { hintedSubject, claims } = request
  const meant = [
    ...(hintedSubject === undefined ? [] : [[hintedSubject]]),
    ...[claims?.id_token?.sub, claims?.userinfo?.sub].flatMap((sub) => {
      const values = allowedValues(sub)
      return values === undefined ? [] : [values]
    }),
  ]
  if (meant.length === 0) return false
  const subject = await subjectOf(ctx, client, user.id)
  return !meant.every((subjects) => subjects.includes(subject))
}
