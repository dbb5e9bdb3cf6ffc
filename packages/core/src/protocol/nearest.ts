/**
 * Finds the known name that is closest to a misspelt one; `undefined` when none is close.
 * @param renamed current names by former names, which are written without underscores and in lower case
 */
export function nearestName(
  name: string,
  known: readonly string[],
  renamed: Readonly<Record<string, string>> = {},
): string | undefined {
  const plain = (text: string): string => text.replaceAll('_', '').toLowerCase()
  if (Object.hasOwn(renamed, plain(name))) return renamed[plain(name)]
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(plain(name), plain(candidate))
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

/** The Levenshtein distance of two texts, computed one row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const substitution = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[right.length] as number
}
