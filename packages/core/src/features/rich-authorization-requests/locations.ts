import type { Rules } from './check-details.ts'
import type { AuthorizationDetails } from './details-type.ts'

/**
 * Returns the details that are for one of these resources ({@link https://www.rfc-editor.org/rfc/rfc9396#section-9 RFC 9396
 * section 9}): by their `locations`, or else by those of their type. Details without either are for all. Locations are
 * compared exactly.
 * @returns `undefined` when there are none
 */
export function detailsFor(
  rules: Rules,
  details: readonly AuthorizationDetails[],
  resources: readonly string[],
): readonly AuthorizationDetails[] | undefined {
  const found = details.filter((one) => {
    const locations = Array.isArray(one.locations) ? one.locations : rules.get(one.type)?.locations
    return locations === undefined || locations.some((location) => resources.includes(location))
  })
  return found.length === 0 ? undefined : found
}
