/**
 * The most levels of objects and lists within each other. A key in a key set in a client update is on the sixth level.
 */
const deepest = 16
/** The most members of objects and elements of lists, together. */
const most = 10_000

/**
 * Parses a JSON text from outside. It limits depth and size before it parses, because code that copies or serializes
 * the value later recurses once per level.
 * @throws {SyntaxError} when the text is not JSON
 * @throws {RangeError} when the value is more than 16 levels deep or has more than 10,000 elements
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
  try {
    return JSON.parse(text)
  } catch {
    // The message of the platform quotes the text, which may be a secret, and would be in events and logs.
    throw new SyntaxError('the text is no JSON')
  }
}

/** Returns the index of the quotation mark that ends a string. */
function endOfString(text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x22) return index
    if (code === 0x5c) index++
  }
  return text.length
}

/**
 * Tells whether a value is at most 16 levels deep, as `parseJson` demands of text. `false` for a value that contains
 * itself.
 */
export function isShallow(value: unknown, levels: number = deepest): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1))
}
