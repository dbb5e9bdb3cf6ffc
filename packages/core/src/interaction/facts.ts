import { subjectOf } from '../claims/subject.ts'
import { consentReference, consentStanding } from '../consents/consent-decision.ts'
import { withGrantedScopes } from '../consents/granted-before.ts'
import type { Context } from '../contracts/context.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import type { InteractionStep } from '../contracts/interaction.ts'
import { askedEachTime, mayGoUnasked } from '../policy/impersonable-client.ts'
import type { InteractionFacts } from '../policy/interaction.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { allowedValues } from '../protocol/claims-request.ts'
import { type Awaitable, whenKnown } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'

type JudgedFacts = 'accountChoiceNeeded' | 'postLoginNeeded' | 'consentMissing' | 'askedEachTime' | 'wrongUser'

type UserFacts = Pick<InteractionFacts, JudgedFacts> & {
  /** The reference whose consents were checked. The facts hold only for this reference. */
  readonly referenceId: string | undefined
  /** The scopes that the user granted to the client before, as far as they count for the request. */
  readonly grantedBefore: readonly string[]
  /** The request, with those scopes where it asks for them. */
  readonly asked: AuthorizationRequest
}

const nobody: Omit<UserFacts, 'asked'> = {
  accountChoiceNeeded: false,
  postLoginNeeded: false,
  consentMissing: false,
  wrongUser: false,
  referenceId: undefined,
  grantedBefore: [],
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
  if (signedIn === undefined) return { ...nobody, asked: request }
  const { selectAccountResolver, postLoginResolver } = ctx.config.resolvers
  const { missing, ...before } = await gatherConsent(ctx, client, request, signedIn)
  // The host decides about all scopes of the grant, also about those that the request itself does not name.
  const facts = { client, ...signedIn, scopes: before.asked.scope }
  const chosen = completed.includes('select_account')
  const wrongUser = isWrongUser(ctx, client, request, signedIn.user)
  return {
    wrongUser: wrongUser instanceof Promise ? await wrongUser : wrongUser,
    accountChoiceNeeded:
      !chosen && selectAccountResolver !== undefined && (await selectAccountResolver(facts)) === true,
    postLoginNeeded: postLoginResolver !== undefined && (await postLoginResolver(facts)) === true,
    consentMissing: missing,
    ...(!mayGoUnasked(client, request.redirectUri, ctx.config.rememberConsentOfNativeClients) && {
      askedEachTime: askedEachTime(request.redirectUri),
    }),
    ...before,
  }
}

type ConsentFacts = Pick<UserFacts, 'referenceId' | 'grantedBefore' | 'asked'> & { readonly missing: boolean }

/** Finds out whether consent is missing, and which scopes the user granted before. */
export async function gatherConsent(
  ctx: Context,
  client: ClientRecord,
  request: AuthorizationRequest,
  signedIn: SignedIn<BaseUser>,
): Promise<ConsentFacts> {
  // Asked once: if the user switched between two calls, one reference would be checked and the grant made under
  // another.
  const reference = consentReference(ctx, client, request.scope, signedIn)
  const referenceId = reference instanceof Promise ? await reference : reference
  const of = { userId: signedIn.user.id, ...(referenceId !== undefined && { referenceId }) }
  const { missing, granted } = await consentStanding(ctx, client, request, of)
  const asked = withGrantedScopes(request, granted)
  if (asked !== request && (await consentReference(ctx, client, asked.scope, signedIn)) !== referenceId) {
    // With these scopes the host would have the user consent under another reference, where they were not granted.
    return { missing, referenceId, grantedBefore: [], asked: request }
  }
  return { missing, referenceId, grantedBefore: granted, asked }
}

/**
 * Whether the request is for another user: the one in its `id_token_hint`, or in a `sub` that its `claims` parameter
 * requests by value ({@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequestValidation OpenID Connect
 * Core section 3.1.2.2}).
 */
function isWrongUser(
  ctx: Context,
  client: ClientRecord,
  request: AuthorizationRequest,
  user: BaseUser,
): Awaitable<boolean> {
  const { hintedSubject, claims } = request
  const meant = [
    ...(hintedSubject === undefined ? [] : [[hintedSubject]]),
    ...[claims?.id_token?.sub, claims?.userinfo?.sub].flatMap((sub) => {
      const values = allowedValues(sub)
      return values === undefined ? [] : [values]
    }),
  ]
  if (meant.length === 0) return false
  return whenKnown(subjectOf(ctx, client, user.id), (subject) => !meant.every((subjects) => subjects.includes(subject)))
}
