/** Makes the anchor that GitHub makes from the text of a heading. */
export function slug(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-')
}

/** Returns a function that makes anchors unique within a page, as GitHub does: the second `errors` is `errors-1`. */
export function uniqueSlugs(): (text: string) => string {
  const taken = new Map<string, number>()
  return (text) => {
    const base = slug(text)
    const count = taken.get(base) ?? 0
    taken.set(base, count + 1)
    return count === 0 ? base : `${base}-${count}`
  }
}
