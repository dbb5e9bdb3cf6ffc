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
  /** The reference whose consents were checked. The facts hold only for this reference. */
  readonly referenceId: string | undefined
}

const nobody: UserFacts = {
  accountChoiceNeeded: false,
  postLoginNeeded: false,
  consentMissing: false,
  wrongUser: false,
  referenceId: undefined,
}

/**
 * Asks the host and the storage what the user still has to do for this request. A user who has chosen an account is not
 * asked to choose again.
 */
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
  // Asked once: if the user switched between two calls, one reference would be checked and the grant made under
  // another.
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
 * Whether the request is for another user: the one in its `id_token_hint`, or in a `sub` that its `claims` parameter
 * requests by value ({@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequestValidation OpenID Connect
 * Core section 3.1.2.2}).
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
