import { subjectOf } from '../claims/subject.ts'
import type { Context } from '../contracts/context.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import type { InteractionFacts } from '../policy/interaction.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { InteractionStep } from '../storage/interaction.ts'
import { isConsentMissing } from './consent.ts'

type UserFacts = Pick<InteractionFacts, 'accountChoiceNeeded' | 'postLoginNeeded' | 'consentMissing' | 'wrongUser'>

const nobody: UserFacts = {
  accountChoiceNeeded: false,
  postLoginNeeded: false,
  consentMissing: false,
  wrongUser: false,
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
  return {
    wrongUser: await isWrongUser(ctx, client, request, signedIn.user),
    accountChoiceNeeded: !chosen && (await selectAccountResolver?.(asked)) === true,
    postLoginNeeded: (await postLoginResolver?.(asked)) === true,
    consentMissing: await isConsentMissing(ctx, client, request, signedIn),
  }
}

async function isWrongUser(
  ctx: Context,
  client: ClientRecord,
  request: AuthorizationRequest,
  user: BaseUser,
): Promise<boolean> {
  if (request.hintedSubject === undefined) return false
  return (await subjectOf(ctx, client, user.id)) !== request.hintedSubject
}
