import type { Rules } from './check-details.ts'
import { isTrue } from './check-details.ts'
import type { AuthorizationDetails } from './details-type.ts'
import { isSameJson } from './json-value.ts'

/** Whether granted details cover those that are asked for: they are the same, or the type says so. */
export function covers(rules: Rules, granted: AuthorizationDetails, asked: AuthorizationDetails): boolean {
  if (granted.type !== asked.type) return false
  if (isSameJson(granted, asked)) return true
  const type = rules.get(asked.type)
  return type?.covers !== undefined && isTrue(type.covers(granted, asked), 'covers', asked.type)
}

/**
 * Returns the place of the first element of `asked` that nothing covers; `undefined` when all are covered. Each granted
 * element covers one of them, so that one payment that was granted is not two.
 */
export function firstUncovered(
  rules: Rules,
  granted: readonly AuthorizationDetails[],
  asked: readonly AuthorizationDetails[],
): number | undefined {
  const takenBy = new Map<number, number>()
  /** Finds a granted element for this one, and another for the one that had it (an augmenting path). */
  const place = (index: number, tried: Set<number>): boolean => {
    for (const [at, one] of granted.entries()) {
      if (tried.has(at) || !covers(rules, one, asked[index] as AuthorizationDetails)) continue
      tried.add(at)
      const other = takenBy.get(at)
      if (other !== undefined && !place(other, tried)) continue
      takenBy.set(at, index)
      return true
    }
    return false
  }
  const uncovered = asked.findIndex((_, index) => !place(index, new Set()))
  return uncovered < 0 ? undefined : uncovered
}
