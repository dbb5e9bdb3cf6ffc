/** How many applications a user may have. */
export const applicationLimit = 50

/** For how many milliseconds an allowed creation counts by itself, until the number of stored clients includes it. */
const underWay = 2000

/**
 * Makes the answer to `mayCreateClient`: a user may have `applicationLimit` clients. Requests that arrive at the same time
 * all read the same number of stored clients, so those that were allowed a moment ago count as well. It remembers them in
 * the memory of one process; several processes need a shared count.
 * @param count how many clients the user has
 */
export function createApplicationLimit(count: (userId: string) => Promise<number>) {
  const allowed = new Map<string, readonly number[]>()

  return async (userId: string): Promise<boolean> => {
    const now = Date.now()
    const recent = (allowed.get(userId) ?? []).filter((at) => at > now - underWay)
    if (recent.length >= applicationLimit) return false
    // Before the first wait, so that the next request sees it.
    allowed.delete(userId)
    allowed.set(userId, [...recent, now])
    const oldest = allowed.keys().next().value
    if (allowed.size > 10_000 && oldest !== undefined) allowed.delete(oldest)
    return (await count(userId)) + recent.length < applicationLimit
  }
}
