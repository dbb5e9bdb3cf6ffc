/** Levels of objects and lists within each other. A key in a set in an update of a client is on the sixth. */
const deepest = 16
/** Members of objects and elements of lists, in all. */
const most = 10_000

/**
 * The value of a JSON text from outside. Its depth and size are bounded before it is parsed: what walks over the value
 * later, to copy or to serialize it, calls itself once for each level.
 * @throws {SyntaxError} for what is no JSON
 * @throws {RangeError} for what is nested more than 16 levels deep, or has more than 10,000 elements
 */
export function parseJson(text: string): unknown {
  let depth = 0
  let elements = 0
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case 0x22:
        index = endOfString(text, index + 1)
        break
      case 0x5b:
      case 0x7b:
        if (++depth > deepest) throw new RangeError(`JSON is nested more than ${deepest} levels deep`)
        elements++
        break
      case 0x5d:
      case 0x7d:
        depth--
        break
      case 0x2c:
        elements++
    }
    if (elements > most) throw new RangeError(`JSON has more than ${most} elements`)
  }
  return JSON.parse(text)
}

/** Where the quotation mark is that ends a string. */
function endOfString(text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x22) return index
    if (code === 0x5c) index++
  }
  return text.length
}

/** Whether a value that did not come as text is as shallow as `parseJson` demands; false for one that contains itself. */
export function isShallow(value: unknown, levels: number = deepest): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1))
}
