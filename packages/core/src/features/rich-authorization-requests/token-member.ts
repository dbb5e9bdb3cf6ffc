import type { Issuance } from '../../contracts/issuance.ts'
import type { TokenMember } from '../../contracts/token-member.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { GrantRecord } from '../../storage/grant.ts'
import { enrich } from './approval.ts'
import { accepts, checkDetails, isTrue, type Rules, rulesFor } from './check-details.ts'
import { firstUncovered } from './covers.ts'
import type { AuthorizationDetails, TypeRules } from './details-type.ts'
import { isSameJson } from './json-value.ts'
import { detailsFor } from './locations.ts'
import { grantedDetails } from './parameter.ts'
import { invalidDetails, parameterName, parseDetails } from './parse.ts'

type List = readonly AuthorizationDetails[]

/**
 * The member `authorization_details` of access tokens, introspection and token answers. A token request may ask for less than
 * was granted ({@link https://www.rfc-editor.org/rfc/rfc9396#section-6 RFC 9396 section 6}).
 */
export function detailsMember(rules: Rules): TokenMember {
  return {
    name: parameterName,
    inTokenAnswer: true,
    valueOf(issuance: Issuance) {
      const asked = issuance.parameters?.get(parameterName)
      // Most tokens have no details, and take no promise to find out.
      const hasNone =
        asked === undefined && (issuance.grant === undefined || grantedDetails(issuance.grant).length === 0)
      return hasNone && issuance.scope.length > 0 ? undefined : valueLater(issuance, asked)
    },
    valueFor: (details, resources) => detailsFor(rules, details as List, resources),
  }

  async function valueLater({ grantType, grant, client, scope }: Issuance, text: string | undefined) {
    const asked = text === undefined ? undefined : parseDetails(text)
    if (grant === undefined) {
      if (asked === undefined) return undefined
      // Another grant has bounds of its own, for instance those of an assertion, which know nothing of details.
      if (grantType !== 'client_credentials') throw invalidDetails(`cannot be asked for with ${grantType}`)
      return machineDetails(rules, client, asked)
    }
    const granted = await usableDetails(rules, client, grant)
    if (asked !== undefined) return narrowed(rules, granted, asked)
    if (granted.length > 0) return granted
    if (scope.length > 0) return undefined
    throw new OAuthError('invalid_grant', 'the client may no longer use anything that was granted')
  }
}

/** The details of a grant whose types the server still has and the client may still use. */
async function usableDetails(rules: Rules, client: ClientRecord, grant: GrantRecord): Promise<List> {
  const usable: AuthorizationDetails[] = []
  for (const one of grantedDetails(grant)) if (await rulesFor(rules, client, one.type)) usable.push(one)
  return usable
}

/** @throws {OAuthError} `invalid_authorization_details` when the token request asks for more than was granted */
async function narrowed(rules: Rules, granted: List, asked: List): Promise<List> {
  const checked: AuthorizationDetails[] = []
  for (const [index, one] of asked.entries()) {
    if (granted.some((known) => isSameJson(known, one))) {
      checked.push(one)
      continue
    }
    const type = granted.some((known) => known.type === one.type) ? rules.get(one.type) : undefined
    if (type === undefined) throw notGranted(index)
    const result = await accepts(type.grantedSchema ?? type.schema, one)
    if ('problem' in result) throw invalidDetails(result.problem, index)
    checked.push(result.details)
  }
  const beyond = firstUncovered(rules, granted, checked)
  if (beyond !== undefined) throw notGranted(beyond)
  return checked
}

/**
 * Returns the details of a token without a user.
 * @throws {OAuthError} `invalid_authorization_details` unless the type allows them to the client without a user
 */
async function machineDetails(rules: Rules, client: ClientRecord, asked: List): Promise<List | undefined> {
  const granted: AuthorizationDetails[] = []
  for (const [index, details] of (await checkDetails(rules, client, asked)).entries()) {
    const type = rules.get(details.type) as TypeRules
    if (!isTrue(await type.withoutUser?.({ details, client }), 'withoutUser', details.type)) {
      throw invalidDetails('is not allowed to this client without a user', index)
    }
    const enriched = await enrich(type, { asked: details, chosen: details }, { client })
    if (enriched !== undefined) granted.push(enriched)
  }
  return granted.length === 0 ? undefined : granted
}

function notGranted(index: number): OAuthError {
  return invalidDetails('was not granted', index)
}
