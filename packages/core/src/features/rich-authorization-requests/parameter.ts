import type { AuthorizationParameter } from '../../contracts/authorization-parameter.ts'
import type { Core } from '../../contracts/core.ts'
import type { ConsentRecord } from '../../storage/consent.ts'
import type { GrantRecord } from '../../storage/grant.ts'
import { approveDetails } from './approval.ts'
import { checkDetails, type Rules } from './check-details.ts'
import { firstUncovered } from './covers.ts'
import type { AuthorizationDetails } from './details-type.ts'
import { parameterName, parseDetails } from './parse.ts'

/** Authorization details as a page shows them to the user. */
export interface ShownDetails {
  readonly details: AuthorizationDetails
  /** What `describe` of the type says of them. Absent without `describe`. It may contain text of the client: escape it. */
  readonly description?: string
}

/** The parameter `authorization_details` of authorization requests. */
export function detailsParameter(core: Core, rules: Rules): AuthorizationParameter<readonly AuthorizationDetails[]> {
  return {
    name: parameterName,
    keptWith: 'grant',
    insteadOfScope: true,
    async parse(parameters, client) {
      const text = parameters.get(parameterName)
      return text === undefined ? undefined : checkDetails(rules, client, parseDetails(text))
    },
    isCovered: (asked, consent) => isRemembered(core, rules, asked, consent),
    describe: (details) => details.map((one) => shown(rules, one)),
    accept: (asked, facts) => approveDetails(rules, asked, facts),
  }
}

/** The details that a grant has. */
export function grantedDetails({ extra }: GrantRecord): readonly AuthorizationDetails[] {
  return (extra?.[parameterName] as readonly AuthorizationDetails[] | undefined) ?? []
}

/** Whether live grants under the consent cover all of the details, each of a type whose consent is remembered. */
async function isRemembered(
  { storage, clock }: Core,
  rules: Rules,
  asked: readonly AuthorizationDetails[],
  { userId, clientId, referenceId }: ConsentRecord,
): Promise<boolean> {
  if (!asked.every(({ type }) => rules.get(type)?.rememberConsent === true)) return false
  const grants = await storage.grants.list({ userId, now: clock.now() })
  const granted = grants
    .filter((grant) => grant.clientId === clientId && grant.referenceId === referenceId)
    .flatMap(grantedDetails)
  return firstUncovered(rules, granted, asked) === undefined
}

function shown(rules: Rules, details: AuthorizationDetails): ShownDetails {
  const description: unknown = rules.get(details.type)?.describe?.(details)
  if (description === undefined) return { details }
  if (typeof description === 'string') return { details, description }
  throw new TypeError(`richAuthorizationRequests: describe of ${details.type} must answer with a string`)
}
