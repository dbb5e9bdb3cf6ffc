import type { ApprovalFacts } from '../../contracts/authorization-parameter.ts'
import { accepts, checkGranted, type Rules, rulesFor } from './check-details.ts'
import { covers } from './covers.ts'
import type { AuthorizationDetails, TypeRules } from './details-type.ts'
import { isSameJson } from './json-value.ts'
import { detailsAt, invalidDetails, parameterName, parseList } from './parse.ts'

/**
 * Returns the details that are granted: as the client asked for them, as the user chose on the consent page, or as the host
 * has enriched them.
 * @returns `undefined` when none is granted
 * @throws {OAuthError} `invalid_authorization_details` when the page posts more than was asked for
 */
export async function approveDetails(
  rules: Rules,
  asked: readonly AuthorizationDetails[],
  facts: ApprovalFacts,
): Promise<readonly AuthorizationDetails[] | undefined> {
  const choices = choicesOf(asked, facts)
  const granted: AuthorizationDetails[] = []
  for (const [index, one] of asked.entries()) {
    const choice = choices[index]
    if (choice === null || choice === undefined) continue
    // The client may have been changed since it asked, and so may the types of the server.
    const type = await rulesFor(rules, facts.client, one.type)
    if (type === undefined) throw invalidDetails('has a type that the client may no longer use', index)
    const chosen = isSameJson(choice, one) ? one : await checkChoice(rules, { type, asked: one }, choice, index)
    const enriched = await enrich(type, { asked: one, chosen }, facts)
    if (enriched !== undefined) granted.push(enriched)
  }
  return granted.length === 0 ? undefined : granted
}

/**
 * Reads the answer of the consent page: a JSON array with one value for each element that was asked for, in their order: the
 * details to grant, or `null`. A page that posts nothing grants what was asked for.
 */
function choicesOf(asked: readonly AuthorizationDetails[], { answer }: ApprovalFacts): readonly unknown[] {
  if (answer?.has(parameterName) !== true) return asked
  const choices = parseList(answer.get(parameterName) ?? '')
  if (choices.length === asked.length) return choices
  throw invalidDetails('in the answer of the consent page must have one value for each element: its details, or null')
}

interface Asked {
  readonly type: TypeRules
  readonly asked: AuthorizationDetails
}

async function checkChoice(
  rules: Rules,
  { type, asked }: Asked,
  choice: unknown,
  index: number,
): Promise<AuthorizationDetails> {
  const sent = detailsAt(choice, index)
  if (sent.type !== asked.type) throw invalidDetails('has another type than the client asked for', index)
  const result = await accepts(type.schema, sent)
  if ('problem' in result) throw invalidDetails(result.problem, index)
  // With `enrich` the host decides what the user may grant.
  if (type.enrich !== undefined || covers(rules, asked, result.details)) return result.details
  throw invalidDetails('grants more than the client asked for', index)
}

/** Has the host complete what is granted, where the type says so. */
export async function enrich(
  type: TypeRules,
  { asked, chosen }: { readonly asked: AuthorizationDetails; readonly chosen: AuthorizationDetails },
  { client, userId, session }: Pick<ApprovalFacts, 'client'> & Partial<ApprovalFacts>,
): Promise<AuthorizationDetails | undefined> {
  if (type.enrich === undefined) return chosen
  const who = { ...(userId !== undefined && { userId }), ...(session !== undefined && { session }) }
  // Copies: what was asked for stays as it is, whatever the host does with it.
  const answer = await type.enrich({ asked: structuredClone(asked), chosen: structuredClone(chosen), client, ...who })
  return answer === undefined || answer === null ? undefined : checkGranted(asked.type, type, answer)
}
