/** Longer texts are computed each time, so that what strangers send takes little memory. */
const longest = 300

/**
 * Keeps the results of a function that depends on its text alone and takes microseconds. What strangers send can push results
 * out, which costs time and no more.
 * @param most how many results are kept
 */
export function remembering<T>(compute: (text: string) => T, most = 200): (text: string) => T {
  const known = new Map<string, { readonly result: T }>()
  return (text) => {
    const kept = known.get(text)
    if (kept !== undefined) return kept.result
    const result = compute(text)
    if (text.length > longest) return result
    if (known.size >= most) known.clear()
    known.set(text, { result })
    return result
  }
}
