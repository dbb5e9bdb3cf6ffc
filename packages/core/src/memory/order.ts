/**
 * Compares two strings by their UTF-8 bytes, as databases do with a binary collation. The operator `<` has another
 * order: it compares UTF-16, where a character beyond U+FFFF comes before U+E000 to U+FFFF.
 */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const [left, right] = [rank(a.charCodeAt(index)), rank(b.charCodeAt(index))]
    if (left !== right) return left - right
  }
  return a.length - b.length
}

/** Ranks half of a character beyond U+FFFF after every whole character. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
